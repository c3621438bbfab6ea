"""The options that every act upon dead letters has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from llama.cli.ordering import PATIENCE_S, check_request, user_name
from llama.cli.output import AsJson, fail
from llama.client.acting.letters import LetterOrder
from llama.domain.states import BEGINNING


@dataclass(frozen=True, slots=True)
class LetterOptions:
    """What can be said of every act."""

    by: Annotated[str, typer.Option(metavar="NAME", help="Who orders it; you, if left out.")] = ""
    request: Annotated[
        str,
        typer.Option(metavar="ID", help="Name of the request: sent again, it changes nothing."),
    ] = ""
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait to see what becomes of it.")
    ] = True
    timeout: Annotated[float, typer.Option(help="Seconds to wait at the most.")] = PATIENCE_S
    as_json: AsJson = False

    def order(self, *, at: datetime, reason: str = "") -> LetterOrder:
        """Return the order, as it stands on the log."""
        return LetterOrder(self.request, at, by=self.by or user_name(), reason=reason)

    def check(self, reason: str = "") -> None:
        """End the command with exit code 2 if the log could not take what is said."""
        check_request(self.request)
        try:
            self.order(at=BEGINNING, reason=reason).closing("l", "dropped")
        except ValidationError as error:
            first = error.errors()[0]
            fail(f"{first['loc'][0]} {first['input']!r}: {first['msg']}", code=2)
