"""Pipelines for people: handlers by name, put together and taken apart."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Final, Self, TypeGuard

from llama.client.names import NamedMapping
from llama.client.pictures import format_of, write_picture
from llama.client.pipelines.file_handler_map import FileHandlerMap
from llama.client.pipelines.selection import (
    HandlerClass,
    OneOrSeveral,
    Reducer,
    criteria_of,
    is_selected,
    refuse_odd_switches,
)
from llama.client.workshop import draw
from llama.domain.discovery import handlers_in, module_named
from llama.domain.drawing.pipeline_graph import pipeline_dot
from llama.domain.handler import is_handler
from llama.domain.identity import Located
from llama.domain.manifests import manifest_of, spec_of
from llama.domain.pipeline import check_consistency, in_order
from llama.domain.resources import without_resources
from llama.handlers import PIPELINE
from schemas.files import Manifest


class Pipeline(NamedMapping[HandlerClass]):
    """Handler classes by class name, ancestors first; `pipeline.Skymap` is `pipeline["Skymap"]`.

        Pipeline(Alert, Skymap, Plot=Plot)

    PipelineError (a TypeError) if two classes have one name or one file, if a class is abstract or
    lacks its FILENAME, if they depend on each other in a circle, if one uses an aspect that the
    other does not declare, or if a keyword is not the name of its class. What they depend on need
    not be among them; see `check_consistency`.
    """

    __slots__ = ()

    def __init__(self, *classes: HandlerClass, **named: HandlerClass) -> None:
        for name, handler in named.items():
            _refuse_other_name(name, handler)
        handlers = in_order([*classes, *named.values()])
        for handler in handlers.values():
            spec_of(handler)
        super().__init__(handlers)

    @classmethod
    def from_module(cls, module: ModuleType | str) -> Self:
        """Return the pipeline of a module, given as it is or by its dotted name.

        These are the handlers in its PIPELINE, or else all in its namespace. A named pipeline
        (`default`) stands for its module. ImportError if there is no such module, ValueError if it
        has no handlers, TypeError if they do not fit together.
        """
        found = _imported(module) if isinstance(module, str) else module
        return cls(*handlers_in(found))

    @property
    def manifest(self) -> Manifest:
        """What the fold has to know of the pipeline; TypeError if a declaration is wrong."""
        return manifest_of(self)

    def check_consistency(self) -> None:
        """Raise ValueError if a handler needs a file that is not in the pipeline."""
        check_consistency(self)

    def downselect(
        self,
        invert: bool = False,  # noqa: FBT001, FBT002 - the places people know
        reducer: Reducer = all,
        *,
        type: OneOrSeveral[HandlerClass] | None = None,  # noqa: A002 - the name people know
        typename: OneOrSeveral[str] | None = None,
        subclass: OneOrSeveral[type] | None = None,
        subgraph: OneOrSeveral[HandlerClass] | None = None,
    ) -> Self:
        """Return the part of the pipeline that meets the criteria; without any, all of it.

        `type`: these very classes. `typename`: classes of these names. `subclass`: subclasses of
        these, themselves included. `subgraph`: these with everything that they are made from and
        made together with. A criterion takes one value, or several of which any will do. `reducer`
        (`all` or `any`) says how many criteria must be met; `invert` gives the others instead.
        TypeError for a criterion that does not exist or is given something else.
        """
        refuse_odd_switches(invert, reducer)
        criteria = criteria_of(exact=type, typename=typename, subclass=subclass, subgraph=subgraph)
        return self._made_of(
            handler
            for handler in self.values()
            if is_selected(handler, criteria, reducer=reducer, invert=invert)
        )

    def file_handler_instances(
        self, event: str | Located, rundir: str | Path = "."
    ) -> FileHandlerMap:
        """Return the handlers of one event, by class name: the event's id, or what has one.

        `rundir` is the folder in which events are kept; what has an eventid says it itself.
        """
        files = without_resources(self)
        return FileHandlerMap(*(handler(event, rundir) for handler in files.values()))

    def dependency_graph(
        self,
        outfile: str | Path | None = None,
        title: str = "Pipeline",
        url: str | None = None,
        bgcolor: str = "black",
    ) -> str:
        """Return the graph in the dot language; write it to a .dot, .svg, .png or .pdf file.

        The title leads to `url`, an http(s) address; the background is a colour's name, #rrggbb or
        transparent. ValueError for another suffix, address or colour: then nothing is written.
        """
        path = None if outfile is None else Path(outfile)
        if path is not None:
            format_of(path)
        dot = pipeline_dot(self, title=title, bgcolor=bgcolor, url=url or "")
        if path is not None:
            write_picture(dot, path, draw())
        return dot

    def _made_of(self, values: Iterable[HandlerClass]) -> Self:
        return self.__class__(*values)

    def _is_value(self, value: object) -> TypeGuard[HandlerClass]:
        return is_handler(value)


def _refuse_other_name(name: str, handler: HandlerClass) -> None:
    """Refuse a second name: the log knows a handler by the name of its class, in all pipelines."""
    own = getattr(handler, "__name__", repr(handler))
    if name != own:
        message = f"{name}={own} would give a handler a second name"
        raise TypeError(f"{message}: write {own}={own}, or name the class {name}")


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(module_named(name))
    except ImportError as error:
        message = f"the pipeline {name} cannot be imported ({error})"
        raise ImportError(f"{message}: name a module that Python finds", name=name) from error


DEFAULT_PIPELINE: Final = Pipeline(*PIPELINE)
"""The handlers that every event has, unless somebody deploys others."""
