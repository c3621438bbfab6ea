"""Loads the pipeline that a process is to work with."""

import importlib

from llama.domain.errors import Misconfigured
from llama.domain.handler import FileHandler
from llama.domain.pipeline import Handlers, pipeline_of


def load_pipeline(module_name: str) -> Handlers:
    """Return the handlers that a module lists in its PIPELINE."""
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"LLAMA_PIPELINE={module_name} cannot be imported ({error})"
        raise Misconfigured(f"{message}: name a module that Python finds") from error
    classes = getattr(module, "PIPELINE", None)
    if not isinstance(classes, tuple) or not all(_is_handler(one) for one in classes):
        message = f"{module_name} has no PIPELINE"
        raise Misconfigured(f"{message}: make it a tuple of FileHandler classes")
    return pipeline_of(classes)


def _is_handler(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, FileHandler)
