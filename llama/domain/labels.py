"""The words that lists have for an event, apart from how they are found."""

from collections.abc import Mapping
from enum import StrEnum


class Label(StrEnum):
    """Our words for an event, from what its notices tell."""

    EARLYWARNING = "earlywarning"
    """The newest notice is of this type, as with the next three."""
    PRELIMINARY = "preliminary"
    INITIAL = "initial"
    UPDATE = "update"
    RETRACTED = "retracted"
    """The newest notice is a retraction."""
    SIGNIFICANT = "significant"
    """The newest notice that says whether it is significant says so."""
    LOW_SIGNIFICANCE = "low_significance"
    """The newest notice that says whether it is significant says that it is not."""
    TEST = "test"
    """A mock or test superevent."""
    EXTERNAL = "external"
    """The newest notice that is no retraction tells of a coincidence with another observatory."""


def most_probable(classes: Mapping[str, float]) -> str | None:
    """Return the class of the greatest probability, the first by name of equal ones."""
    return min(classes, key=lambda name: (-classes[name], name), default=None)
