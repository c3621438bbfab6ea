"""Which handlers a module offers: its PIPELINE, or else the handlers in its namespace."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType

from llama.domain.errors import NoPipeline
from llama.domain.handler import FileHandler, is_handler

NAMED_PIPELINES: Mapping[str, str] = MappingProxyType(
    {
        "default": "llama.handlers",
        "subthreshold": "llama.handlers.pipelines.subthreshold",
        "review": "llama.handlers.pipelines.review",
    }
)
"""The module of each pipeline that can be asked for by a name."""


def module_named(pipeline: str) -> str:
    """Return the dotted name of the module that a pipeline's name, or such a name, stands for."""
    return NAMED_PIPELINES.get(pipeline, pipeline)


def handlers_in(module: ModuleType) -> tuple[type[FileHandler], ...]:
    """Return the handlers of a module; NoPipeline (a ValueError) if it has none.

    These are the classes in its PIPELINE, if it has one (a mapping's values count), else those in
    its namespace that name a file, also if they were imported there. Kinds of handlers, which name
    none, and what begins with an underscore are left out.
    """
    name = module.__name__
    if hasattr(module, "PIPELINE"):
        found = _listed(name, module.PIPELINE)
    else:
        found = tuple(dict.fromkeys(_in_namespace(vars(module))))
    if not found:
        message = f"{name} has no handlers"
        raise NoPipeline(f"{message}: define FileHandler classes in it, or list them in PIPELINE")
    return found


def _listed(name: str, pipeline: object) -> tuple[type[FileHandler], ...]:
    listed = pipeline.values() if isinstance(pipeline, Mapping) else pipeline
    advice = "make it a tuple of FileHandler classes"
    if isinstance(listed, str) or not isinstance(listed, Iterable):
        raise NoPipeline(f"the PIPELINE of {name} is {pipeline!r}: {advice}")
    items: tuple[object, ...] = tuple(listed)
    for item in items:
        if not is_handler(item):
            raise NoPipeline(f"the PIPELINE of {name} lists {item!r}: {advice}")
    return tuple(filter(is_handler, items))


def _in_namespace(namespace: Mapping[str, object]) -> Iterable[type[FileHandler]]:
    for name, value in namespace.items():
        if is_handler(value) and not name.startswith("_") and hasattr(value, "FILENAME"):
            yield value
