"""A folder as the world: `TOPIC/EVENT-NUMBER-KEY.json`, KEY being 8 digits of the key's digest.

    outbox/
        gcn.notices.some.topic/S190814bv-1-5feceb66.json   what was sent, byte for byte
        .ledger/S190814bv-PublishNotice.json               all that this handler has sent
        .lock                                              held by whoever is writing

A content is there with all of its bytes or not at all, so nothing in a folder is ever in doubt.
"""

import asyncio
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from llama.adapters.file_lock import FileLock
from llama.adapters.outlets.written import read_sent, written
from llama.adapters.syncing import sync_folder
from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.outlet import Parcel, Sender, Sent, file_name, first_answer

PATIENCE_S = 60.0
"""Whoever holds the folder writes a few kilobytes."""


@dataclass(frozen=True, slots=True)
class FolderCarrier:
    """Puts into a folder what a ledger elsewhere keeps account of: a dry run."""

    folder: Path
    is_dry_run: bool = True

    async def ready(self, topic: str) -> None:
        """Make the topic's folder; Misconfigured if that cannot be."""
        await asyncio.to_thread(_make, self.folder / topic)

    async def carry(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        """Write an entry's content; Unavailable if the disk refuses, and nothing is there then."""
        return await asyncio.to_thread(self._carry, sender, entry)

    def _carry(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        with _held(self.folder):
            return _put(self.folder, sender, entry)


@dataclass(frozen=True, slots=True)
class FolderOutlet:
    """The outlet of one handler and event into a folder that keeps account of itself. Blocks."""

    folder: Path
    sender: Sender
    now: Callable[[], datetime]
    """Tells the time, in UTC."""

    def earlier(self) -> tuple[Sent, ...]:
        """Return what this handler has sent about this event so far, oldest first."""
        return tuple(self._entries())

    def send(self, topic: str, key: str, content: bytes) -> Mapping[str, object]:
        """Write a content, durably; of a key that is known return the first answer.

        Unavailable if the disk refuses, PermanentError if the key was another content's.
        """
        parcel = Parcel(topic, key, content)
        _make(self.folder / topic)
        _make(self._ledger.parent)
        with _held(self.folder):
            entries = self._entries()
            known = first_answer(entries, self.sender, parcel)
            return self._send(entries, parcel) if known is None else known

    def _send(self, entries: Sequence[Sent], parcel: Parcel) -> Mapping[str, object]:
        entry = Sent(
            key=parcel.key,
            topic=parcel.topic,
            number=len(entries) + 1,
            digest=parcel.digest,
            content=parcel.content,
            sent_at=self.now(),
            state="in_doubt",
        )
        self._keep([*entries, entry])
        answer = _put(self.folder, self.sender, entry)
        self._keep([*entries, replace(entry, answer=answer, state="sent")])
        return answer

    def _keep(self, entries: Sequence[Sent]) -> None:
        _write(self._ledger, orjson.dumps([written(one) for one in entries]))

    def _entries(self) -> list[Sent]:
        """Return what was sent: what was begun counts if its content came to be there."""
        if not self._ledger.exists():
            return []
        found = [read_sent(one) for one in orjson.loads(self._ledger.read_bytes())]
        looked = [self._looked_after(one) if one.state == "in_doubt" else one for one in found]
        return [one for one in looked if one.state == "sent"]

    def _looked_after(self, entry: Sent) -> Sent:
        path = self.folder / entry.topic / file_name(self.sender, entry)
        if not path.is_file() or digest_bytes(path.read_bytes()) != entry.digest:
            return entry
        return replace(entry, answer=_answer(self.sender, entry), state="sent")

    @property
    def _ledger(self) -> Path:
        return self.folder / ".ledger" / f"{self.sender.event}-{self.sender.handler}.json"


@contextmanager
def _held(folder: Path) -> Generator[None]:
    """Hold the folder in the block; Unavailable if the disk refuses, or somebody keeps it."""
    path = folder / ".lock"
    with ExitStack() as held:
        try:
            held.enter_context(FileLock(path, patience_s=PATIENCE_S))
        except OSError as error:
            raise _refused(path, error) from error
        yield


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be made: {error}; correct LLAMA_HOME") from error


def _put(folder: Path, sender: Sender, entry: Sent) -> Mapping[str, object]:
    _write(folder / entry.topic / file_name(sender, entry), entry.content)
    return _answer(sender, entry)


def _answer(sender: Sender, entry: Sent) -> Mapping[str, object]:
    return {"outlet": "folder", "file": f"{entry.topic}/{file_name(sender, entry)}"}


def _write(path: Path, content: bytes) -> None:
    """Write a file so that all of it is there, durably, or nothing; Unavailable if it cannot be."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
        sync_folder(path.parent.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> Unavailable:
    message = f"{path} cannot be written: {error}"
    return Unavailable(f"{message}; free space or repair the disk, then try again")
