"""Lines of an exported archive, and archives as a stranger may write them."""

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from llama.domain.digests import digest_bytes
from schemas.archive import ArchivedCopy

START = datetime(2026, 11, 22, tzinfo=UTC)


def a_line(content: bytes, **changes: object) -> ArchivedCopy:
    """Return what an archive says of a copy with some bytes."""
    said: dict[str, object] = {
        "received_at": START,
        "topic": "igwn.gwalert",
        "partition": 0,
        "offset": 0,
        "name": "S1.json",
        "raw": digest_bytes(content),
        "size": len(content),
        "became": "event",
        "event": "S1",
        "is_test": False,
        "is_repeat": False,
    }
    return ArchivedCopy.model_validate(said | changes)


def line_of(copy: ArchivedCopy) -> bytes:
    """Write a line as it stands in the list."""
    return copy.model_dump_json().encode() + b"\n"


def a_folder(path: Path, *contents: bytes) -> Path:
    """Write an archive of some notices into a folder."""
    (path / "raw").mkdir(parents=True)
    for content in contents:
        (path / "raw" / digest_bytes(content)).write_bytes(content)
    (path / "index.jsonl").write_bytes(b"".join(line_of(a_line(one)) for one in contents))
    return path


def a_tar(path: Path, *contents: bytes) -> Path:
    """Write an archive of some notices as a tar file."""
    entries = {f"raw/{digest_bytes(content)}": content for content in contents}
    entries["index.jsonl"] = b"".join(line_of(a_line(one)) for one in contents)
    return a_tar_of(path, *(an_entry(name, content) for name, content in entries.items()))


def a_tar_of(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    """Write a tar file of any entries."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for entry, content in entries:
            archive.addfile(entry, io.BytesIO(content))
    return path


def an_entry(
    name: str, content: bytes = b"", *, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    """Return an entry of a tar file."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.type, entry.linkname = len(content), kind, link
    return entry, content
