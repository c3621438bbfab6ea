"""Which background set a result is judged by, or why there is none."""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from llama.handlers.background.key import Key
from llama.handlers.background.population import refusal
from llama.handlers.background.sets import BackgroundSet
from llama.handlers.background.store import best, package_sets

Found = tuple[BackgroundSet | None, str]
"""A set, or None and the reason."""


def set_for(said: Mapping[str, object], sets: Iterable[BackgroundSet] | None = None) -> Found:
    """Return the best of some sets for a key as results have it; without sets, the package's."""
    try:
        key = Key.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        what = ".".join(map(str, first["loc"]))
        return None, f"no background set can be made for such an event: {what}: {first['msg']}"
    found = best(package_sets().values() if sets is None else sets, key)
    return (found, "") if found else (None, missing_words(key))


def missing_words(key: Key) -> str:
    """Say that there is no set of a key, and how to make one, or why none can be made."""
    network = "".join(key.instruments)
    missing = (
        f"there is no background set for the {key.words()}"
        f" (figures {key.detector_digest[:8]}, settings {key.settings_digest[:8]})"
    )
    refused = refusal(key.instruments)
    if refused:
        return f"{missing}, and none can be made: {refused}"
    return (
        f"{missing}: `llama background build --search {key.search} --group {key.group}"
        f" --instruments {network} --population {key.population}"
        f" --source simulated:{key.detector} --n 100000` makes one"
    )
