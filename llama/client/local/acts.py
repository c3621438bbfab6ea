"""What an operator does with an event in a folder: the same acts as in a running system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llama.client.acting.orders import Order, Switch, handlers_named
from llama.client.local.edits import act_id
from llama.client.local.workbench import Workbench
from llama.domain.errors import ActRefused
from llama.domain.flags import PRESETS, Flags, preset_changes
from llama.domain.handler import FileHandler
from llama.domain.states import EventState
from schemas.base import EventMessage
from schemas.flags import FlagName, FlagValue

FileLike = str | type[FileHandler]
"""A file's name, its handler's, or the handler's class."""


@dataclass(frozen=True, slots=True)
class LocalActs:
    """Acts upon one event; each is a fact of its log. ActRefused if there is no such file."""

    bench: Workbench

    def veto(self, *files: FileLike, reason: str = "") -> EventState:
        """Forbid the making of files, or, if none is named, all work on the event."""
        return self._veto(files, reason, on=True)

    def unveto(self, *files: FileLike, reason: str = "") -> EventState:
        """Allow again what was vetoed."""
        return self._veto(files, reason, on=False)

    def freeze(self, *files: FileLike, reason: str = "") -> EventState:
        """Keep files as they are, whatever changes."""
        return self._switch("freeze", files, reason)

    def unfreeze(self, *files: FileLike, reason: str = "") -> EventState:
        """Let files go again that were frozen."""
        return self._switch("unfreeze", files, reason)

    def retry(self, *files: FileLike, reason: str = "") -> EventState:
        """Ask for files to be made again, also when they have failed for good."""
        return self._switch("retry", files, reason)

    def cancel(self, *files: FileLike, reason: str = "") -> EventState:
        """Do without the run that files need now; new inputs need another one."""
        return self._switch("cancel", files, reason)

    def delete(self, *files: FileLike, reason: str = "") -> EventState:
        """Delete files: they are made again."""
        return self._switch("delete", files, reason)

    def put(self, file: FileLike, content: bytes | Path, *, reason: str = "") -> EventState:
        """Put a content in the place of a file; it counts as made from what is there now."""
        known = self.bench.known_files
        handler = file if isinstance(file, type) else known.get(file)
        if handler is None:
            raise ActRefused(f"the pipeline has no file {file}: it has {', '.join(known)}")
        data = content if isinstance(content, bytes) else content.read_bytes()
        return self.bench.put(handler, data, reason=reason)

    def flags(self, *, reason: str = "", **changes: FlagValue) -> EventState:
        """Change some flags; the others stay. ValueError if there is no such flag or value."""
        known = [flag.value for flag in FlagName]
        unknown = ", ".join(changes.keys() - set(known))
        if unknown:
            raise ValueError(f"there is no flag {unknown}: use one of {', '.join(known)}")
        told: dict[FlagName, FlagValue] = {FlagName(name): value for name, value in changes.items()}
        return self._act(told, reason)

    def preset(self, preset: str | Flags, *, reason: str = "") -> EventState:
        """Set all flags but VETOED as a preset says: one of PRESETS by its name, or flags.

        ValueError if there is no such preset.
        """
        if isinstance(preset, str) and preset not in PRESETS:
            raise ValueError(f"there is no preset {preset}: use one of {', '.join(PRESETS)}")
        flags = PRESETS[preset] if isinstance(preset, str) else preset
        return self._act(preset_changes(flags), reason)

    def _veto(self, files: Sequence[FileLike], reason: str, *, on: bool) -> EventState:
        if files:
            return self._switch("veto" if on else "unveto", files, reason)
        return self._act({FlagName.VETOED: on}, reason)

    def _switch(self, act: Switch, files: Sequence[FileLike], reason: str) -> EventState:
        names = [file if isinstance(file, str) else file.FILENAME for file in files]

        def facts(order: Order, state: EventState) -> list[EventMessage]:
            return [order.switch(act, spec.name) for spec in handlers_named(state, names)]

        return self.bench.act_on_files(lambda state: facts(self._order(state, reason), state))

    def _act(self, changes: Mapping[FlagName, FlagValue], reason: str) -> EventState:
        return self.bench.act(lambda state: [self._order(state, reason).flags(changes)])

    def _order(self, state: EventState, reason: str) -> Order:
        now = self.bench.clock.now()
        return Order(state.event, act_id(state, "act"), now, reason=reason)
