"""A pipeline: handlers that fit together, in an order in which they can be made."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from llama.domain.digests import WHOLE, digest_json
from llama.domain.errors import PipelineError
from llama.domain.handler import FileHandler, TriggeredHandler
from schemas.files import DependencySpec, HandlerSpec, Manifest

Handlers = Mapping[str, type[FileHandler]]
"""Handler classes by class name, ancestors first."""


def pipeline_of(classes: Iterable[type[FileHandler]]) -> Handlers:
    """Put handlers in an order that can be made; raise PipelineError if they do not fit."""
    known = {handler: handler.__name__ for handler in classes}
    _refuse_clashes(known)
    edges = {handler: [need.handler for need in handler.DEPENDENCIES] for handler in known}
    _refuse_unknown_aspects(known)
    for handler, needed in edges.items():
        for missing in (other for other in needed if other not in known):
            message = f"{handler.__name__} depends on {missing.__name__}, which is not among them"
            raise PipelineError(f"{message}: add it to the pipeline")
    # Sorted names make the order, and with it the manifest's digest, the same every time.
    ordered = {handler: edges[handler] for handler in sorted(edges, key=known.__getitem__)}
    try:
        order = tuple(TopologicalSorter(ordered).static_order())
    except CycleError as cycle:
        names = " -> ".join(handler.__name__ for handler in cycle.args[1])
        raise PipelineError(f"the handlers depend on each other in a circle: {names}") from cycle
    return {handler.__name__: handler for handler in order}


def manifest_of(handlers: Handlers) -> Manifest:
    """Return what the fold has to know about a pipeline."""
    specs = tuple(spec_of(handler) for handler in handlers.values())
    digest = digest_json([spec.model_dump(mode="json") for spec in specs])
    return Manifest(digest=digest, handlers=specs)


def spec_of(handler: type[FileHandler]) -> HandlerSpec:
    """Return the declaration of one handler."""
    return HandlerSpec(
        name=handler.__name__,
        kind="triggered" if issubclass(handler, TriggeredHandler) else "made",
        files=(handler.FILENAME,),
        dependencies=tuple(
            DependencySpec(file=need.handler.FILENAME, aspects=need.aspects, optional=need.optional)
            for need in handler.DEPENDENCIES
        ),
        code=handler.CODE_VERSION,
        timeout_s=handler.TIMEOUT_S,
        max_attempts=handler.MAX_ATTEMPTS,
        cool_down_s=handler.COOL_DOWN_S,
        resource_class=handler.RESOURCE_CLASS,
    )


def _refuse_unknown_aspects(handlers: Iterable[type[FileHandler]]) -> None:
    """Refuse a dependency on an aspect that never comes: its file would be masked for ever."""
    for handler in handlers:
        for need in handler.DEPENDENCIES:
            offered = (WHOLE, *need.handler.ASPECTS)
            for aspect in set(need.aspects) - set(offered):
                raise PipelineError(
                    f"{handler.__name__} uses {aspect} of {need.handler.__name__}, which has only "
                    f"{', '.join(offered)}: correct the name, or add it to its ASPECTS"
                )


def _refuse_clashes(known: Mapping[type[FileHandler], str]) -> None:
    for attribute in ("__name__", "FILENAME"):
        seen: dict[str, type[FileHandler]] = {}
        for handler in known:
            name = getattr(handler, attribute)
            if name in seen:
                raise PipelineError(f"{handler} and {seen[name]} are both called {name}")
            seen[name] = handler
