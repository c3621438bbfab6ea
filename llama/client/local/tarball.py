"""An event's files as one archive: equal files give equal bytes."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


def write_archive(target: Path, eventid: str, files: Mapping[str, bytes]) -> None:
    """Write the archive of some files; missing folders are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive_of(eventid, files))


def archive_of(eventid: str, files: Mapping[str, bytes]) -> bytes:
    """Return files as a gzipped tar archive, in a folder of the event's name.

    It knows no owners and no dates, and has the files in the order given.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{eventid}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)
