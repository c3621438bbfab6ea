"""Files and handlers of an event by the names that people type, and help with mistyped ones."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from llama.domain.errors import ActRefused
from llama.domain.states import EventState
from schemas.files import HandlerSpec

_ALIKE = 0.6
"""How alike two names have to be (difflib's ratio) for one to be meant by the other."""
_SAME_DAY = 0.8
"""The same of events, whose names have the date in common with many others."""


def handlers_named(state: EventState, names: Sequence[str]) -> tuple[HandlerSpec, ...]:
    """Return the handlers of an event by their files' names or their own, each once.

    ActRefused if the pipeline has no such file, also where there is one that another pipeline has
    left, or if there is no pipeline that would say which files there are.
    """
    if state.manifest is None:
        raise ActRefused(
            f"{state.event} has adopted no pipeline yet, so nobody knows its files: "
            "that comes with its first notice"
        )
    return tuple({spec.name: spec for name in names for spec in [_named(state, name)]}.values())


def file_named(state: EventState, name: str) -> str:
    """Return the name of a file of the event's pipeline, given it or its class.

    A class that makes several files stands for the first of them. ActRefused if there is none.
    """
    if state.manifest is not None:
        spec = _named(state, name)
        return name if name in spec.files else spec.files[0]
    if name in state.tree:
        return name
    raise ActRefused(no_such_file(state.event, name, dict.fromkeys(state.tree, "")))


def file_of_class(state: EventState, name: str) -> str:
    """Return the first file of a class that makes, or made, files of the event; else the name."""
    specs = state.manifest.handlers if state.manifest else ()
    made = {maker: next(iter(one.files), name) for maker, one in state.made.items()}
    return (made | {spec.name: spec.files[0] for spec in specs}).get(name, name)


def maker_named(state: EventState, name: str) -> str:
    """Return the class that makes, or made, a file of the event; else the name."""
    specs = state.manifest.handlers if state.manifest else ()
    made = {file: maker for maker, one in state.made.items() for file in one.files}
    return (made | {file: spec.name for spec in specs for file in spec.files}).get(name, name)


def left_file(state: EventState, name: str) -> str | None:
    """Return the name of a file, given it or its class, that a former pipeline has left.

    The event still has it, but nobody makes it: what is adopted now does not know it.
    """
    if state.manifest is None:
        return None
    known = {file for spec in state.manifest.handlers for file in spec.files}
    made = state.made.get(name)
    named = [name, *(made.files if made else ())]
    return next((file for file in named if file in state.tree and file not in known), None)


def absence(state: EventState, name: str, makers: Mapping[str, str]) -> str:
    """Say that an event's pipeline (its files, with their makers) has no such file, and why."""
    left = left_file(state, name)
    if left is None:
        return no_such_file(state.event, name, makers)
    maker = next((one for one, made in state.made.items() if left in made.files), "its handler")
    return (
        f"{left} of {state.event} is from a pipeline that is not running: the one that is has no "
        f"{maker}. `llama cat {state.event} {left}` writes what is there; it is kept up again "
        f"when `llama up` is started with the LLAMA_PIPELINE that has {maker}"
    )


def no_such_file(event: str, name: str, makers: Mapping[str, str]) -> str:
    """Say that an event has no such file, which files it has (with their makers), and the like."""
    if not makers:
        return f"{event} has no files yet: they come with its first notice"
    known = ", ".join(f"{file} ({maker})" if maker else file for file, maker in makers.items())
    meant = _perhaps(name, _by_name(makers), alike=_ALIKE)
    return f"{event} has no file {name}{meant}: it has {known}"


def no_such_event(event: str, known: Iterable[str]) -> str:
    """Say that nobody has heard of an event, and which one may be meant."""
    meant = _perhaps(event, {name: name for name in known}, alike=_SAME_DAY)
    return f"nothing about {event} has come in{meant}: `llama status` lists the events there are"


def _named(state: EventState, name: str) -> HandlerSpec:
    specs = state.manifest.handlers if state.manifest else ()
    for spec in specs:
        if name == spec.name or name in spec.files:
            return spec
    makers = {file: spec.name for spec in specs for file in spec.files}
    raise ActRefused(absence(state, name, makers))


def _by_name(makers: Mapping[str, str]) -> dict[str, str]:
    """Return the files by all the names that they go by: their own, and their class's."""
    first = reversed(list(makers.items()))  # Of several files of one class the first is meant.
    by_class = {maker: file for file, maker in first if maker}
    stems = {file.partition(".")[0]: file for file in makers}
    return {**stems, **by_class, **{file: file for file in makers}}


def _perhaps(name: str, known: Mapping[str, str], *, alike: float) -> str:
    """Ask whether something like a mistyped name is meant; nothing if nothing is like it."""
    lowered = {other.lower(): meant for other, meant in known.items()}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=alike)
    return f" (did you mean {lowered[found[0]]}?)" if found else ""
