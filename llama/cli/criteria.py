"""`--downselect` as an option of commands, and what is said when it means no event."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from llama.domain.selection.complaints import no_criterion
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.text import from_text

if TYPE_CHECKING:
    from llama.client.unmet import Lists

NO_EVENT = "no event meets this"
Criteria = Annotated[
    list[str] | None,
    typer.Option(
        "--downselect",
        "-d",
        metavar="CRITERIA",
        help="Which events, as in 'vetoed=false,fhnameexists=SkymapInfo'; also several times.",
    ),
]


def criteria_in(texts: Sequence[str] | None) -> Downselection:
    """Return the criteria that were typed; ValueError for what is not understood.

    An empty text is refused: it comes from a variable of the shell that is not set.
    """
    for text in texts or ():
        if not text.strip():
            raise ValueError(no_criterion(text))
    return from_text(",".join(texts or ()))


async def nothing_found(
    lists: "Lists", wanted: Downselection, now: datetime, *, is_further: bool
) -> Sequence[str]:
    """Return what is said of a page without events; `is_further`: there were pages before."""
    if is_further:
        return [f"{NO_EVENT} any further"]
    if wanted == Downselection():
        return ["there is no event"]
    from llama.client.unmet import strange_names

    return [NO_EVENT, *await strange_names(lists, wanted, now)]
