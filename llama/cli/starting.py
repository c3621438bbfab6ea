"""What commands look at before they start or send anything: the settings, and the pipeline."""

from llama.adapters.outlets.webhook import WebhookCarrier
from llama.adapters.secret_files import read_secret
from llama.cli.output import fail
from llama.domain.discovery import NAMED_PIPELINES, module_named
from llama.domain.errors import LlamaError
from llama.domain.manifests import manifest_of
from llama.runtime.pipelines import load_pipeline
from llama.runtime.resources import resources_of
from llama.runtime.settings import Settings, read_settings
from llama.runtime.sources import sources_of


def settings_or_fail() -> Settings:
    """Return the settings; end with exit code 2 if they are wrong."""
    try:
        return read_settings()
    except LlamaError as error:
        fail(str(error), code=2)


def refuse_wrong_pipeline(settings: Settings) -> None:
    """End with exit code 2 if the pipeline that the settings name is none.

    One of somebody's own is imported; those that come with the project are known to be right.
    """
    if module_named(settings.pipeline) in NAMED_PIPELINES.values():
        return
    try:
        manifest_of(load_pipeline(settings.pipeline), {})
    except LlamaError as error:
        fail(str(error), code=2)


def refuse_odd_resources(settings: Settings) -> None:
    """End with exit code 2 if what the deployment brings along for all events cannot be used.

    The resolver would wait until somebody mends it, and tell only its log.
    """
    try:
        resources_of(load_pipeline(settings.pipeline), settings)
    except LlamaError as error:
        fail(str(error), code=2)


def refuse_odd_sources(settings: Settings) -> None:
    """End with exit code 2 if a source, the token or the webhook is not as it must be."""
    try:
        sources_of(settings)
        if settings.push_token_file:
            read_secret(settings.push_token_file, "LLAMA_PUSH_TOKEN_FILE")
        if settings.webhook_file:
            WebhookCarrier(settings.webhook_file).checked()
    except LlamaError as error:
        fail(str(error), code=2)
