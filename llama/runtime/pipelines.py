"""Loads the pipeline that a process is to work with."""

import importlib

from llama.domain.discovery import NAMED_PIPELINES, handlers_in, module_named
from llama.domain.errors import Misconfigured, NoPipeline
from llama.domain.pipeline import Handlers, pipeline_of


def load_pipeline(pipeline: str) -> Handlers:
    """Return the handlers of a pipeline by its name, or by the name of the module that has it.

    Misconfigured if it is not there, PipelineError if its handlers do not fit together.
    """
    try:
        module = importlib.import_module(module_named(pipeline))
        return pipeline_of(handlers_in(module))
    except ImportError as error:
        message = f"LLAMA_PIPELINE={pipeline} cannot be imported ({error})"
        known = ", ".join(NAMED_PIPELINES)
        advice = f"name a module that Python finds, or one of the pipelines {known}"
        raise Misconfigured(f"{message}: {advice}") from error
    except NoPipeline as error:
        raise Misconfigured(f"LLAMA_PIPELINE={pipeline} names no pipeline ({error})") from error
