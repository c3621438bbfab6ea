"""Finds what had been overtaken when a stream was captured: later inputs had come, not used yet."""

from dataclasses import dataclass, field

from llama.domain.needs import Assessor
from llama.domain.states import EventState
from schemas.files import HandlerSpec

TRIGGERED = "triggered"


def overtaken_files(recorded: EventState, replayed: EventState) -> frozenset[str]:
    """Return the recorded files that were made from inputs which later ones had replaced.

    A replay makes everything between two notices; the run that was captured had no time for that,
    if they came fast or the last of them was a retraction. So the replay used later inputs.
    """
    found = _Overtaken(recorded, replayed, Assessor(recorded))
    for handler in found.board.handlers:
        if found.is_overtaken(handler):
            found.files.update(handler.files)
    return frozenset(found.files)


@dataclass(frozen=True, slots=True)
class _Overtaken:
    """Goes through the handlers of an event, ancestors first."""

    recorded: EventState
    replayed: EventState
    board: Assessor
    files: set[str] = field(default_factory=set[str])

    def is_overtaken(self, handler: HandlerSpec) -> bool:
        """Tell whether any input of a handler's recorded run was not the last one."""
        was = self.recorded.made.get(handler.name)
        now = self.replayed.made.get(handler.name)
        if was is None or now is None or handler.once:
            return False
        return any(
            (self._is_from_outside(name) and now.inputs.get(name, digest) != digest)
            or self._is_replaced(name, digest)
            for name, digest in was.inputs.items()
        )

    def _is_from_outside(self, name: str) -> bool:
        """Tell whether an input is none of what the recorded run had made and left as it was."""
        file = name.partition("#")[0]
        maker = self.board.maker_of(file)
        return maker is None or maker.kind == TRIGGERED or file in self.files

    def _is_replaced(self, name: str, digest: str | None) -> bool:
        file, _, aspect = name.partition("#")
        stored = None if self._is_from_outside(name) else self.recorded.tree.get(file)
        return stored is not None and stored.content.aspects.get(aspect) != digest
