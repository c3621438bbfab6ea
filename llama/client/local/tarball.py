"""An event's files as one archive: equal files give equal bytes."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from llama.client.filegraph import FileGraph


def write_tarball(target: Path, files: FileGraph, content_of: Callable[[str], bytes]) -> None:
    """Write the files that are there to a gzipped tar archive, without owners and dates.

    `content_of` gives the content of a file by its name.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for handler in files.downselect(exists=True).values():
            content = content_of(handler.FILENAME)
            entry = tarfile.TarInfo(f"{handler.eventid}/{handler.FILENAME}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
