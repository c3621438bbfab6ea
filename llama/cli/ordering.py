"""The options that every act has, and what became of one, told to whoever ordered it."""

import getpass
import inspect
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from llama.cli.output import AsJson, fail
from llama.cli.session import LogSession, Session
from llama.client.acting.acts import Acts
from llama.client.acting.orders import Order
from llama.domain.states import BEGINNING

REQUEST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,59}")
REQUIRED = inspect.Parameter.empty
PATIENCE_S = 20.0
"""Services read an act within hundredths of a second; one that was killed is back in seconds."""


@dataclass(frozen=True, slots=True)
class ActOptions:
    """What can be said of every act."""

    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why: it stands on the log, and `log` tells it.")
    ] = ""
    request: Annotated[
        str,
        typer.Option(metavar="ID", help="Name of the request: sent again, it changes nothing."),
    ] = ""
    by: Annotated[str, typer.Option(metavar="NAME", help="Who orders it; you, if left out.")] = ""
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until it has had its effect.")
    ] = True
    timeout: Annotated[float, typer.Option(help="Seconds to wait at the most.")] = PATIENCE_S
    as_json: AsJson = False

    def order(self, event: str, *, at: datetime) -> Order:
        """Return the order for an event, as it stands on the log."""
        return Order(event, self.request, at, by=self.by or user_name(), reason=self.reason)

    def check(self, event: str) -> None:
        """End the command with exit code 2 if the log could not take what is said."""
        check_request(self.request)
        try:
            self.order(event, at=BEGINNING).newest_code()
        except ValidationError as error:
            first = error.errors()[0]
            fail(f"{first['loc'][0]} {first['input']!r}: {first['msg']}", code=2)


def with_act_options(
    *, timeout_s: float = PATIENCE_S, needs_reason: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of an act: it is handed them as its first argument."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        shared = inspect.signature(ActOptions).parameters
        own = list(inspect.signature(command).parameters.values())[1:]

        @wraps(command)
        def run(**given: Any) -> None:
            options = {name: given.pop(name) for name in shared}
            if needs_reason:
                require_reason(options["reason"])
            said = ActOptions(**options)
            said.check(given["event"])
            command(said, **given)

        defaults = {"timeout": timeout_s} | ({"reason": REQUIRED} if needs_reason else {})
        parameters = [
            one.replace(default=defaults.get(one.name, one.default))
            for one in (*own, *shared.values())
        ]
        keywords = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
        vars(run)["__signature__"] = inspect.Signature(keywords)
        return run

    return give


def acts_in(session: Session, log: LogSession) -> Acts:
    """Return the means to act upon a session's system."""
    return Acts(log.log, log.reader, session.ledger, session.models, session.clock)


def require_reason(reason: str) -> None:
    """End the command with exit code 2 if nobody says why."""
    if not reason:
        fail("say why, with --reason TEXT: it stands on the log with the act", code=2)


def check_request(name: str) -> None:
    """End the command with exit code 2 if a request cannot have such a name."""
    if name and not REQUEST_NAME.fullmatch(name):
        fail(f"--request {name}: up to 60 letters, digits, '_', ':' and '-'", code=2)


def user_name() -> str:
    """Return who types the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container's user need not have a name.
        return f"uid {os.getuid()}"
