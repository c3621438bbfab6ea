"""Files that an operator puts in place: whose they are, and what their content says."""

from collections.abc import Mapping
from dataclasses import dataclass

from llama.client.acting.naming import absence
from llama.domain.digests import WHOLE, Digest, any_change
from llama.domain.errors import ActRefused
from llama.domain.handler import FileHandler, maker_of
from llama.domain.notice.fact import ALERT_FILE
from llama.domain.resources import without_resources
from llama.domain.states import EventState
from schemas.files import FileContent
from schemas.topics import MEBIBYTE

MAX_PUT_BYTES = 64 * MEBIBYTE
"""Twice the largest map known; beyond it a content is no data product of an event."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a content belongs: the handler whose run it stands for, and the file."""

    handler: str
    file: str
    declared: type[FileHandler] | None
    """The class, if the pipeline at hand has it: it knows the aspects."""

    def content(self, content: bytes, digest: Digest) -> FileContent:
        """Return how a content that is kept under a digest stands on the log."""
        named = aspects_by_hand(self.declared, content) if self.declared else {}
        return FileContent(
            file=self.file, digest=digest, size=len(content), aspects={**named, WHOLE: digest}
        )


def slot_of(state: EventState, name: str, handlers: Mapping[str, type[FileHandler]]) -> Slot:
    """Return the slot of a file, named by itself or by its class.

    `handlers` (by class name) is the pipeline at hand: it counts where the event has none yet.
    ActRefused if there is no such file, or if only a notice can bring it.
    """
    by_file = {one.FILENAME: one for one in without_resources(handlers).values()}
    declared = handlers.get(name) or by_file.get(name)
    specs = state.manifest.handlers if state.manifest else ()
    makers = {file: spec.name for spec in specs for file in spec.files}
    if state.manifest is None:
        makers = {file: maker_of(one).__name__ for file, one in by_file.items()}
    first = {spec.name: spec.files[0] for spec in specs}
    file = declared.FILENAME if declared else first.get(name, name)
    if file == ALERT_FILE:
        raise ActRefused(f"{file} comes with notices alone: `llama ingest` a notice")
    if file not in makers:
        raise ActRefused(absence(state, name, makers))
    return Slot(makers[file], file, declared)


def aspects_by_hand(handler: type[FileHandler], content: bytes) -> Mapping[str, Digest]:
    """Return the aspects of a file that a person wrote, whatever is in it.

    A content that the handler cannot read must not stop all other work on the event.
    """
    try:
        return handler.aspects_of(content)
    except Exception:  # noqa: BLE001 - a handler of others may raise anything
        return any_change(handler.ASPECTS, content)
