"""Which pipeline the running system works with, or the last one did: kept in the run folder."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from llama.domain.discovery import NAMED_PIPELINES, module_named
from llama.domain.resources import without_resources
from llama.runtime.addresses import write_atomically
from llama.runtime.pipelines import load_pipeline
from llama.runtime.settings import Settings


class Deployment(BaseModel):
    """A pipeline as it was started: the name of its module, and how many handlers it had."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    module: str
    handlers: int

    @property
    def name(self) -> str:
        """What the pipeline is called: a short name where it has one, else its module's."""
        short = (name for name, module in NAMED_PIPELINES.items() if module == self.module)
        return next(short, self.module)

    @property
    def in_words(self) -> str:
        """The pipeline in words."""
        return f"pipeline {self.name} ({self.handlers} handler{'' if self.handlers == 1 else 's'})"


def deployment_of(settings: Settings) -> Deployment:
    """Return the pipeline that the settings name; Misconfigured if it is none."""
    handlers = load_pipeline(settings.pipeline)
    files = without_resources(handlers)
    return Deployment(module=module_named(settings.pipeline), handlers=len(files))


def keep_deployment(settings: Settings, deployment: Deployment) -> None:
    """Keep for others which pipeline runs."""
    write_atomically(_file(settings), deployment.model_dump_json())


def last_deployment(settings: Settings) -> Deployment | None:
    """Return the pipeline that was started last under LLAMA_HOME; None if nobody knows."""
    try:
        return Deployment.model_validate_json(_file(settings).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None  # nothing depends on it but what people are told


def started_in_words(now: Deployment, before: Deployment | None) -> str:
    """Say which pipeline is started, and whether that is not the one that ran before."""
    if before is None or before.module == now.module:
        return now.in_words
    return f"{now.in_words}; before it was {before.name}: what only that makes stays as it is"


def refusal_of(settings: Settings, running: Deployment) -> str:
    """Say that another pipeline runs than the settings ask for; nothing if they do not."""
    if "pipeline" not in settings.model_fields_set:
        return ""
    if module_named(settings.pipeline) == running.module:
        return ""
    return (
        f"it runs already, with {running.in_words} and not with LLAMA_PIPELINE="
        f"{settings.pipeline}: stop it with `llama down`, and start it again"
    )


def _file(settings: Settings) -> Path:
    return settings.run_folder / "pipeline.json"
