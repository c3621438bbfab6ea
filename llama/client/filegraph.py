"""The files of one event: which handlers there are, and how each of them stands."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, Self, TypeGuard, Unpack

from llama.client.local.asking import Wanted
from llama.client.local.file_criteria import (
    FileCriteria,
    Selection,
    Standing,
    are_named,
    meets,
    refuse_unknown,
    refuse_unknown_names,
    values_of,
)
from llama.client.local.workbench import Workbench
from llama.client.names import NamedMapping
from llama.client.pictures import write_picture
from llama.client.pipelines.selection import refuse_odd_switches
from llama.client.workshop import draw
from llama.domain.assessment import Assessment, Status
from llama.domain.drawing.graph import dot_of
from llama.domain.handler import FileHandler, maker_of
from llama.domain.identity import Located
from llama.domain.needs import Assessor
from llama.domain.resources import without_resources
from llama.domain.states import Failure

Reducer = Callable[[Iterable[object]], bool]
"""`all` or `any`."""


class Worked(Located, Protocol):
    """An event that can be worked on."""

    @property
    def bench(self) -> Workbench:
        """What works in the event's folder."""
        ...


class FileGraph(NamedMapping[FileHandler]):
    """The handlers of an event by class name, ancestors first; immutable, `graph.Skymap` works.

    The name of a file does as well: `graph["skymap.fits"]` is `graph["Skymap"]`.
    """

    __slots__ = ("_event",)

    def __init__(self, event: Worked, handlers: Mapping[str, type[FileHandler]]) -> None:
        files = without_resources(handlers)
        super().__init__({name: handler(event) for name, handler in files.items()})
        self._event = event

    def __getitem__(self, name: str, /) -> FileHandler:
        """Return the handler of a class or a file; KeyError says which there are."""
        return super().__getitem__(self._class_named(name))

    def __contains__(self, name: object, /) -> bool:
        """Tell whether there is a class or a file of this name."""
        return super().__contains__(self._class_named(name) if isinstance(name, str) else name)

    def _class_named(self, name: str) -> str:
        """Return the class of the file of this name; the name itself if there is none."""
        mine = self._by_name
        is_file = name not in mine
        return next((one for one in mine if is_file and name == mine[one].FILENAME), name)

    def downselect(
        self,
        invert: bool = False,  # noqa: FBT001, FBT002 - the original's signature
        reducer: Reducer = all,
        **criteria: Unpack[FileCriteria],
    ) -> Self:
        """Return the handlers that meet all criteria (or, with `any`, one of them).

        `invert` returns the others. Criteria are described in FileCriteria; TypeError if there is
        no such one. Without any, all handlers are returned.
        """
        refuse_odd_switches(invert, reducer)
        refuse_unknown(criteria)
        wanted = values_of(criteria)
        assessor, now = self._assessor(), self._event.bench.clock.now()

        def fits(handler: FileHandler) -> bool:
            standing = Standing(handler, assessor, now)
            met = [meets(standing, name, value) for name, value in wanted.items()]
            return (reducer(met) if met else True) is not invert

        return self._made_of(handler for handler in self.values() if fits(handler))

    def update(self, **downselect: Unpack[Selection]) -> bool:
        """Make those of these files that need it; tell whether anything was made.

        With criteria the files that meet them are made, each once and whether or not they need it,
        if what they are made from is there; and no others. See Event.update for what cools down.
        ValueError for a name that no class or file of the event has.
        """
        self._refuse_unknown_names(downselect)
        chosen = self.downselect(**downselect) if downselect else self
        only = {maker_of(type(handler)).__name__ for handler in chosen.values()}
        is_explicit = bool(downselect.keys() - {"invert", "reducer"}) or downselect.get("invert")
        again = only if is_explicit else frozenset[str]()
        wanted = Wanted(only, again, is_patient=not are_named(downselect))
        return bool(self._bench().update(wanted))

    def status(self) -> Mapping[str, Status]:
        """Return the status of each handler's file."""
        return {name: standing for name, (standing, _) in self.reasons().items()}

    def reasons(self) -> Mapping[str, tuple[Status, str]]:
        """Return the status of each handler's file, and why it is so."""
        return {
            name: (one.status, one.reason) if one else (Status.MISSING, "it is of no pipeline")
            for name, one in self._assessed().items()
        }

    def failures(self) -> Mapping[str, Failure]:
        """Return how those files have failed that cool down, or that have failed for good."""
        return {name: one.failure for name, one in self._assessed().items() if one and one.failure}

    def digests(self) -> Mapping[str, str | None]:
        """Return the digest of each handler's file; None for one that cannot be seen."""
        there = self.downselect(exists=True)
        state = self._assessor().state
        return {
            name: state.files[one.FILENAME].content.digest if name in there else None
            for name, one in self.items()
        }

    def dependency_graph(
        self,
        outfile: str | Path | None = None,
        title: str | None = None,
        url: str | None = None,
        bgcolor: str = "black",
    ) -> str:
        """Return the graph as dot text, in the colours of the files' statuses, with a legend.

        `outfile` says where to write it besides: .dot, .svg, .png or .pdf (else ValueError); its
        folder is made if need be.
        """
        state = self._event.bench.prospect()
        dot = dot_of(state, title=title or self._event.eventid, url=url or "", bgcolor=bgcolor)
        if outfile is not None:
            write_picture(dot, Path(outfile), draw())
        return dot

    def _refuse_unknown_names(self, selection: Selection) -> None:
        known = {handler.__name__: file for file, handler in self._bench().known_files.items()}
        known |= {name: handler.FILENAME for name, handler in self.items()}
        refuse_unknown_names(selection, known)

    def _assessed(self) -> Mapping[str, Assessment | None]:
        assessor = self._assessor()
        return {
            name: assessor.named(maker_of(type(handler)).__name__) for name, handler in self.items()
        }

    def _assessor(self) -> Assessor:
        return Assessor(self._bench().prospect())

    def _bench(self) -> Workbench:
        """Return what works with the event's pipeline, or with these handlers if they are others.

        A part of the pipeline is no other one: the event adopts all of it, and only once.
        """
        bench = self._event.bench
        mine = {name: type(one) for name, one in self.items()}
        is_part = all(bench.handlers.get(name) is one for name, one in mine.items())
        return bench if is_part else bench.working_on(mine)

    def _made_of(self, values: Iterable[FileHandler]) -> Self:
        chosen: dict[str, type[FileHandler]] = {}
        for handler in values:
            self._refuse_foreign(handler)
            chosen[type(handler).__name__] = type(handler)
        return type(self)(self._event, chosen)

    def _refuse_foreign(self, handler: FileHandler) -> None:
        mine = type(handler)(self._event)
        if mine != handler:
            raise TypeError(f"{handler!r} is not of {self._event.eventid} in {self._event.rundir}")

    @staticmethod
    def _known_as(name: str, value: FileHandler) -> Iterable[Hashable]:
        return name, value, type(value), value.FILENAME

    def _is_value(self, value: object) -> TypeGuard[FileHandler]:
        return isinstance(value, FileHandler)
