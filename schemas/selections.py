"""Standing selections: who defined which, as facts, and what `GET /selections` answers."""

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from schemas.base import Message, MessageId, Moment, Part, ShortText

SelectionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""Name of a standing selection."""


class AboutSelection(Message):
    """Something that somebody did to a standing selection; its id is the request's."""

    name: SelectionName
    by: ShortText = ""
    reason: ShortText = ""

    @property
    def key(self) -> str:
        """The selection."""
        return self.name

    @property
    def marks_test(self) -> bool:
        """It is never a test, whatever the selection is called."""
        return False


class SelectionDefined(AboutSelection):
    """Somebody defined a standing selection, or defined it anew."""

    kind: Literal["SelectionDefined"] = "SelectionDefined"
    criteria: Annotated[str, StringConstraints(max_length=10_000)] = Field(
        description="What an event must meet, as in vetoed=false,fhnameexists=SkymapInfo."
    )


class SelectionRemoved(AboutSelection):
    """Somebody ended a standing selection."""

    kind: Literal["SelectionRemoved"] = "SelectionRemoved"


SelectionFact: TypeAlias = Annotated[
    SelectionDefined | SelectionRemoved, Field(discriminator="kind")
]
SELECTION_FACTS: TypeAdapter[SelectionFact] = TypeAdapter(
    SelectionFact, config=ConfigDict(defer_build=True)
)
"""Decodes either."""


class ListedSelection(Part):
    """A standing selection in a list."""

    name: SelectionName
    criteria: str
    definition: MessageId = Field(description="Id of the fact that defined it.")
    defined_at: Moment
    by: str
    reason: str


class SelectionList(Part):
    """The standing selections, by name."""

    selections: tuple[ListedSelection, ...]
