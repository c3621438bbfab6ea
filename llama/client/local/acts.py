"""What an operator does with an event in a folder: the same acts as in a running system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from llama.client.acting.naming import handlers_named
from llama.client.acting.orders import Order, Switch
from llama.client.local.edits import act_id
from llama.client.local.workbench import Workbench
from llama.domain.errors import ActRefused
from llama.domain.flags import Flags, changes_meant
from llama.domain.handler import FileHandler, maker_of
from llama.domain.states import EventState
from schemas.base import EventMessage
from schemas.flags import FlagName, FlagValue

FileLike = str | type[FileHandler]
"""A file's name, its handler's, or the handler's class."""


class Benched(Protocol):
    """An event that can be worked on."""

    @property
    def bench(self) -> Workbench:
        """What works in the event's folder."""
        ...


Subject = TypeVar("Subject", bound=Benched)


@dataclass(frozen=True)
class LocalActs(Generic[Subject]):
    """Acts upon one event; each is a fact of its log.

    ActRefused if there is no such file, or if it is frozen and to be deleted or replaced. Each
    returns the event, so that one can go on: `event.acts.veto("plot.png").printstatus()`.
    """

    event: Subject

    def veto(self, *files: FileLike, reason: str = "") -> Subject:
        """Forbid the making of files, or, if none is named, all work on the event."""
        return self._veto(files, reason, on=True)

    def unveto(self, *files: FileLike, reason: str = "") -> Subject:
        """Allow again what was vetoed."""
        return self._veto(files, reason, on=False)

    def freeze(self, *files: FileLike, reason: str = "") -> Subject:
        """Keep files as they are, whatever changes."""
        return self._switch("freeze", files, reason)

    def unfreeze(self, *files: FileLike, reason: str = "") -> Subject:
        """Let files go again that were frozen."""
        return self._switch("unfreeze", files, reason)

    def retry(self, *files: FileLike, reason: str = "") -> Subject:
        """Ask for files to be made again, also when they have failed for good."""
        return self._switch("retry", files, reason)

    def cancel(self, *files: FileLike, reason: str = "") -> Subject:
        """Do without the run that files need now; new inputs need another one."""
        return self._switch("cancel", files, reason)

    def delete(self, *files: FileLike, reason: str = "") -> Subject:
        """Delete files: they are made again."""
        return self._switch("delete", files, reason)

    def put(self, file: FileLike, content: bytes | Path, *, reason: str = "") -> Subject:
        """Put a content in the place of a file; it counts as made from what is there now.

        Of files that are made together put all: as long as one of them is missing, the next
        update makes them all. TypeError for a content that is neither bytes nor the path of a
        file, Unavailable if there is a folder in the file's place.
        """
        known = self._bench.known_files
        handler = file if isinstance(file, type) else known.get(file)
        if handler is None:
            raise ActRefused(f"the pipeline has no file {file}: it has {', '.join(known)}")
        content = _bytes_of(handler.FILENAME, content)
        _refuse_frozen(self._bench.prospect(), maker_of(handler).__name__)
        self._bench.put(handler, content, reason=reason)
        return self.event

    def flags(self, *, reason: str = "", **changes: FlagValue) -> Subject:
        """Change some flags; the others stay. ValueError if there is no such flag or value."""
        return self._act(changes_meant(changes), reason)

    def preset(self, preset: str | Flags | Mapping[str, FlagValue], *, reason: str = "") -> Subject:
        """Set all flags but VETOED as a preset says: one of PRESETS by its name, or flags.

        Of a mapping only the flags that it names. ValueError if there is no such preset, flag or
        value, TypeError for what is none of these.
        """
        return self._act(changes_meant(preset), reason)

    @property
    def _bench(self) -> Workbench:
        return self.event.bench

    def _veto(self, files: Sequence[FileLike], reason: str, *, on: bool) -> Subject:
        if files:
            return self._switch("veto" if on else "unveto", files, reason)
        return self._act({FlagName.VETOED: on}, reason)

    def _switch(self, act: Switch, files: Sequence[FileLike], reason: str) -> Subject:
        names = [file if isinstance(file, str) else file.FILENAME for file in files]

        def facts(state: EventState) -> list[EventMessage]:
            order, specs = self._order(state, reason), handlers_named(state, names)
            if act == "delete":
                for spec in specs:
                    _refuse_frozen(state, spec.name)
            return [order.switch(act, spec.name) for spec in specs]

        self._bench.act_on_files(facts)
        return self.event

    def _act(self, changes: Mapping[FlagName, FlagValue], reason: str) -> Subject:
        self._bench.act(lambda state: [self._order(state, reason).flags(changes)])
        return self.event

    def _order(self, state: EventState, reason: str) -> Order:
        now = self._bench.clock.now()
        return Order(state.event, act_id(state, "act"), now, reason=reason)


def _refuse_frozen(state: EventState, handler: str) -> None:
    if handler in state.frozen:
        raise ActRefused(f"the files of {handler} are frozen: unfreeze them first")


def _bytes_of(file: str, content: object) -> bytes:
    match content:
        case bytes():
            return content
        case Path():
            return content.read_bytes()
        case _:
            message = f"{file} cannot be put from a {type(content).__name__}"
            raise TypeError(f"{message}: give bytes (a text's `.encode()`) or a Path")
