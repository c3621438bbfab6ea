"""Handlers that fit together, in an order in which they can be made."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from llama.domain.declarations import refuse_odd_declaration
from llama.domain.digests import WHOLE
from llama.domain.errors import PipelineError, PipelineInconsistent
from llama.domain.handler import FileHandler, ancestors_of, dependencies_of, maker_of
from llama.domain.kinds import ResourceHandler

Handlers = Mapping[str, type[FileHandler]]
"""Handler classes by class name, ancestors first."""


def pipeline_of(classes: Iterable[type[FileHandler]]) -> Handlers:
    """Put handlers in an order that can be made; raise PipelineError if they do not fit.

    PipelineInconsistent, which is one, if what some of them need is not among them.
    """
    handlers = in_order(classes)
    check_consistency(handlers)
    return handlers


def in_order(classes: Iterable[type[FileHandler]]) -> Handlers:
    """Put handlers in an order that can be made; PipelineError (a TypeError) if there is none.

    They may be a part of a pipeline: what they depend on need not be among them. But it must have
    the aspects that they use (else PipelineInconsistent).
    """
    known = tuple(dict.fromkeys(classes))
    _refuse_odd(known)
    _refuse_clashes(known)
    # Sorted names make the order, and with it the manifest's digest, the same every time. What
    # is not among them counts too: through it one can be another's ancestor.
    family = sorted({*known, *with_ancestors(known)}, key=lambda handler: handler.__name__)
    try:
        order = tuple(TopologicalSorter({one: _edges(one) for one in family}).static_order())
    except CycleError as cycle:
        names = " -> ".join(handler.__name__ for handler in cycle.args[1])
        raise PipelineError(f"the handlers depend on each other in a circle: {names}") from cycle
    return {handler.__name__: handler for handler in order if handler in known}


def _refuse_odd(known: tuple[type[FileHandler], ...]) -> None:
    """Refuse what is declared wrongly, be it by itself or of what it is made from."""
    for handler in known:
        refuse_odd_declaration(handler)
    needed = {need.handler for handler in known for need in dependencies_of(handler)}
    for handler in sorted(needed - {*known}, key=_told):
        refuse_odd_declaration(handler)
    for handler in known:
        _refuse_unknown_aspects(handler)


def check_consistency(handlers: Handlers) -> None:
    """Raise PipelineInconsistent (a ValueError) if a handler needs what is not among them."""
    for name, handler in handlers.items():
        for need in dependencies_of(handler):
            message = f"{name} depends on {need.handler.__name__}, which is not among them"
            _require(need.handler, handlers, message)
        for together in handler.MANIFEST_TYPES:
            message = f"{name} is made together with {together.__name__}, which is not among them"
            _require(together, handlers, message)
        _refuse_blind_vetoes(handler)


def _require(needed: type[FileHandler], handlers: Handlers, message: str) -> None:
    found = handlers.get(needed.__name__)
    if found is None:
        raise PipelineInconsistent(f"{message}: add it to the pipeline")
    if _is_defined_anew(found, needed):
        was = "one of this name that was defined later is"
        raise PipelineInconsistent(f"{message} ({was}): define again what uses the older one")
    if found is not needed:
        was = f"another class of this name is, from {found.__module__}"
        raise PipelineInconsistent(f"{message} ({was}): use one of them everywhere")


def _edges(handler: type[FileHandler]) -> list[type[FileHandler]]:
    """Return what must come before a handler: what it is made from, or who makes it along."""
    maker = maker_of(handler)
    needed = [dependency.handler for dependency in dependencies_of(handler)]
    return needed if maker is handler else [maker]


def _refuse_unknown_aspects(handler: type[FileHandler]) -> None:
    """Refuse a dependency on an aspect that never comes: its file would be masked for ever."""
    for need in dependencies_of(handler):
        offered = (WHOLE, *need.handler.ASPECTS)
        for aspect in sorted({*need.aspects} - {*offered}):
            raise PipelineInconsistent(
                f"{handler.__name__} uses {aspect} of {need.handler.__name__}, which has only "
                f"{', '.join(offered)}: correct the name, or add it to its ASPECTS"
            )


def _refuse_blind_vetoes(handler: type[FileHandler]) -> None:
    """Refuse a veto that looks at what never comes: it would never be met."""
    needed = {need.handler for need in dependencies_of(handler)}
    for veto in handler.VETOES:
        if veto.handler is not None and veto.handler not in needed:
            message = f"a veto of {handler.__name__} looks at {veto.handler.__name__}"
            raise PipelineInconsistent(f"{message}: add it to its DEPENDENCIES")
        if veto.handler is not None and issubclass(veto.handler, ResourceHandler):
            message = f"a veto of {handler.__name__} looks at {veto.handler.__name__}"
            raise PipelineInconsistent(f"{message}, a resource: the same for every event")
        aspect = veto.spec.name.partition("#")[2]
        if veto.handler is not None and aspect not in (WHOLE, *veto.handler.ASPECTS):
            message = f"a veto of {handler.__name__} looks at {aspect} of {veto.handler.__name__}"
            raise PipelineInconsistent(f"{message}, which has none: add it to its ASPECTS")


def _refuse_clashes(known: Iterable[type[FileHandler]]) -> None:
    for attribute in ("__name__", "FILENAME"):
        seen: dict[str, type[FileHandler]] = {}
        for handler in known:
            name = getattr(handler, attribute)
            if name in seen:
                raise PipelineError(_clash(seen[name], handler, name))
            seen[name] = handler


def _clash(first: type[FileHandler], second: type[FileHandler], name: str) -> str:
    """Tell of two classes of one name; a cell of a notebook that ran twice leaves such."""
    if _is_defined_anew(first, second):
        message = f"{_told(first)} is there in two versions: it was defined again"
        advice = f'take the older one away first: pipeline - "{name}" + {name}'
        return f"{message}; {advice}"
    return f"{_told(first)} and {_told(second)} are both called {name}: rename one of them"


def _is_defined_anew(first: type[FileHandler], second: type[FileHandler]) -> bool:
    return first is not second and _told(first) == _told(second)


def _told(handler: type[FileHandler]) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def with_ancestors(classes: Iterable[type[FileHandler]]) -> tuple[type[FileHandler], ...]:
    """Return handlers with everything that they are made from and made together with."""
    found: dict[type[FileHandler], None] = {}
    for handler in classes:
        for one in (*ancestors_of(handler), *handler.MANIFEST_TYPES):
            found.update(dict.fromkeys(one.MANIFEST_TYPES))
    return tuple(found)
