"""The sources of alerts that the settings name."""

from pathlib import Path

from llama.domain.errors import Misconfigured
from llama.domain.sources.kinds import AlertSource
from llama.domain.sources.urls import read_sources
from llama.runtime.settings import Settings

LARGEST_LIST = 1024 * 1024
"""Bytes of a file that lists sources."""


def sources_of(settings: Settings) -> tuple[AlertSource, ...]:
    """Return the sources that LLAMA_SOURCES names, by itself or in a file.

    Misconfigured says which is wrong, and never repeats what it is: a secret may be in it.
    """
    said = settings.sources.strip()
    try:
        return read_sources(said if "://" in said or not said else _listed(said))
    except Misconfigured as error:
        raise Misconfigured(f"LLAMA_SOURCES: {error}") from error


def _listed(said: str) -> str:
    path = Path(said).expanduser()
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_LIST + 1)
        if len(content) > LARGEST_LIST:
            raise Misconfigured(f"{path} is larger than any list of sources: name another file")
        return content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise Misconfigured(
            "it is no list of URLs, and no file with one in each line that can be read: write "
            "kafka://host/topic, or correct the path"
        ) from error
