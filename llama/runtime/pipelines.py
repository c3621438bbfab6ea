"""Loads the pipeline that a process is to work with."""

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from llama.domain.discovery import NAMED_PIPELINES, handlers_in, module_named
from llama.domain.errors import LlamaError, Misconfigured
from llama.domain.pipeline import Handlers, pipeline_of


def load_pipeline(pipeline: str) -> Handlers:
    """Return the handlers of a pipeline by its name, or by the name of the module that has it.

    A module is looked for where Python finds modules, and then in the current folder. Misconfigured
    if it is not there, raises something, has no handlers, or has some that do not fit together.
    """
    module = _imported(pipeline)
    try:
        return pipeline_of(handlers_in(module))
    except LlamaError as error:
        raise Misconfigured(f"LLAMA_PIPELINE={pipeline} ({module.__file__}): {error}") from error


def _imported(pipeline: str) -> ModuleType:
    name = module_named(pipeline)
    if not all(part.isidentifier() for part in name.split(".")):
        raise Misconfigured(_absence(pipeline))
    look_in_current_folder()
    try:
        return importlib.import_module(name)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a module of others may raise anything, also SystemExit
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise Misconfigured(_absence(pipeline)) from error
        kind = f"{type(error).__name__}: {error}".removesuffix(": ")
        message = f"LLAMA_PIPELINE={pipeline} cannot be imported: {kind}{_place(error)}"
        raise Misconfigured(f"{message}: mend it, or name another module") from error


def look_in_current_folder() -> None:
    """Have modules found in the current folder too, after all others: it replaces none of them.

    Not this project's either, which may be installed in a way that has no entry in the path.
    """
    for folder in (str(Path(__file__).parents[2]), str(Path.cwd())):
        if folder not in sys.path:
            sys.path.append(folder)


def _absence(pipeline: str) -> str:
    name = module_named(pipeline)
    message = f"LLAMA_PIPELINE={pipeline}: there is no module {name} in {Path.cwd()}"
    places = ", ".join(dict.fromkeys(entry for entry in sys.path if Path(entry or ".").is_dir()))
    advice = f"go to its folder, or put that on PYTHONPATH, or name one of {_known()}"
    if "/" in name or name.endswith(".py"):
        advice = f"give the name that one imports ({Path(name).stem}), and go to its folder"
    return f"{message} or where Python looks ({places}): {advice}"


def _known() -> str:
    return f"the pipelines {', '.join(NAMED_PIPELINES)}"


def _place(error: BaseException) -> str:
    """Say which line of what people wrote has brought up an error."""
    if isinstance(error, SyntaxError):
        return ""  # it says so itself
    frames = traceback.extract_tb(error.__traceback__)
    files = [frame for frame in frames if not frame.filename.startswith("<")]
    installed = (str(Path(__file__).parents[1]), sys.prefix, sys.base_prefix)
    written = [frame for frame in files if not frame.filename.startswith(installed)]
    last = (written or files)[-1]
    return f" ({last.filename}, line {last.lineno})"
