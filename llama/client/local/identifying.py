"""Which event and which pipeline people mean, however they say it."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from pydantic import TypeAdapter, ValidationError

from llama.client.pipeline import Pipeline
from llama.domain.handler import FileHandler
from llama.domain.identity import EventTuple, Located
from schemas.base import EventId

_EVENT_ID: TypeAdapter[str] = TypeAdapter(EventId)


def identified(event: object, rundir: str | Path | None) -> EventTuple:
    """Return the event's id and the absolute folder in which events are kept.

    `event` is an id, or whatever has an eventid and a rundir: then that rundir counts, not the
    one given. The folder in which one works is taken if none is named. ValueError if `event` is
    neither, the id is no event's, or the folder does not exist.
    """
    if isinstance(event, str):
        eventid, folder = event, Path() if rundir is None else Path(rundir)
    elif isinstance(event, Located) and _is_path(event.rundir):
        eventid, folder = event.eventid, Path(event.rundir)
    else:
        message = f"{event!r} is no event: give an id, or what has an eventid and a rundir"
        raise ValueError(message)
    try:
        known = _EVENT_ID.validate_python(eventid)
    except ValidationError as error:
        raise ValueError(f"{eventid!r} is no event's id, such as S190814bv") from error
    absolute = folder.expanduser().resolve()
    if not absolute.is_dir():
        raise ValueError(f"there is no folder {absolute}: make it, or name another rundir")
    return EventTuple(known, absolute)


def _is_path(value: object) -> bool:
    return isinstance(value, str | Path)


def pipeline_meant(pipeline: object) -> Pipeline:
    """Return a pipeline, a module's, or that of a mapping of handlers; ValueError otherwise."""
    match pipeline:
        case Pipeline():
            return pipeline
        case ModuleType():
            return Pipeline.from_module(pipeline)
        case Mapping():
            return Pipeline(*_classes(pipeline))
        case _:
            message = f"{pipeline!r} is no pipeline"
            raise ValueError(f"{message}: give a Pipeline, a module or a dict of handlers")


def file_meant(
    file: str | FileHandler | type[FileHandler], known: Mapping[str, type[FileHandler]]
) -> str:
    """Return the name of a file that is said by it, by its handler or by its class.

    `known`: the handlers by the names of their files; ValueError if they have no such file.
    """
    if not isinstance(file, str):
        return file.FILENAME
    by_class = {handler.__name__: name for name, handler in known.items()}
    if file not in known and file not in by_class:
        raise ValueError(f"the pipeline has no file {file}: it has {', '.join(known)}")
    return by_class.get(file, file)


def _classes(mapping: Mapping[object, object]) -> list[type[FileHandler]]:
    classes: list[type[FileHandler]] = []
    for name, value in mapping.items():
        if not (isinstance(value, type) and issubclass(value, FileHandler)):
            message = f"{name} is {value!r} and no FileHandler class"
            raise ValueError(message)  # noqa: TRY004 - the contract
        classes.append(value)
    return classes
