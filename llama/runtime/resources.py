"""Reads what a deployment brings along for all events."""

import os

from llama.domain.pipeline import Handlers
from llama.domain.resources import Resources, read_resources
from llama.runtime.settings import PREFIX, Settings


def resources_of(handlers: Handlers, settings: Settings) -> Resources:
    """Read the resources that handlers use, each once; what their classes raise comes through.

    They look for settings in the environment, as handlers do: it is told the folder of background
    sets, which otherwise they could not know where LLAMA_HOME is not set. Blocks.
    """
    os.environ[f"{PREFIX}BACKGROUNDS"] = str(settings.backgrounds_folder.absolute())
    return read_resources(handlers.values())
