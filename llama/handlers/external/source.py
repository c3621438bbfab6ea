"""The triggers that a deployment has received: which gateway is asked, and for what."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from pydantic import ValidationError

from llama.domain.errors import Misconfigured, Unavailable
from llama.handlers.neutrinos.asking import content_over_http, shown
from llama.handlers.neutrinos.received import gateway_here, name_of
from schemas.external_triggers import ExternalTriggerList, ListedTrigger

USUAL_DELAY_S = 900.0
"""A gamma-ray burst's final position is sent ten minutes after it, and is here a moment later."""
LONGEST_DELAY_S = 30 * 86400.0
MOST = 1000
"""In one list: a hundred times what all observatories see within a window."""


@dataclass(frozen=True, slots=True)
class TriggerSource:
    """A gateway that lists received triggers."""

    place: str
    """host:port or a URL; empty: the gateway of this deployment."""
    delay_s: float = USUAL_DELAY_S
    """Seconds after which the triggers of a moment count as known."""

    @property
    def name(self) -> str:
        """What results call it: no address of this deployment, and no passwords."""
        return name_of(self.place)

    def triggers(
        self, start: datetime, stop: datetime, *, tests: bool
    ) -> tuple[ListedTrigger, ...]:
        """Return the triggers of a time span, never retracted ones; those of tests if so wanted.

        Unavailable if the gateway does not answer as it should; ValueError if they are too many.
        """
        url = f"{gateway_here(self.place)}/external-triggers"
        asked = f"{url}?test=true" if tests else url
        found = _parsed(content_over_http(asked, start, stop, direct=True), url)
        if len(found) > MOST:
            raise ValueError(f"the source has {len(found)} triggers: {MOST} are the most")
        return found


def trigger_source_from(said: str) -> TriggerSource | None:
    """Return the source that a setting names, None of nothing; Misconfigured says what is wrong.

    received:, received:HOST:PORT or received:URL, each with ?delay_s=SECONDS.
    """
    scheme, colon, rest = said.strip().partition(":")
    if not said.strip():
        return None
    if not colon or scheme != "received":
        raise Misconfigured(
            f"{said!r} names no source of triggers: write received: or received:HOST:PORT"
        )
    place, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    delay_s = _delay(options.pop("delay_s", str(USUAL_DELAY_S)))
    if options:
        raise Misconfigured(f"received: knows no option {', '.join(sorted(options))}: leave it out")
    return TriggerSource(place, delay_s)


def _delay(said: str) -> float:
    try:
        delay_s = float(said)
    except ValueError:
        delay_s = -1.0
    if not 0 <= delay_s <= LONGEST_DELAY_S:
        raise Misconfigured(f"delay_s is {said!r}: give seconds, {LONGEST_DELAY_S:.0f} at most")
    return delay_s


def _parsed(content: bytes, url: str) -> tuple[ListedTrigger, ...]:
    try:
        return ExternalTriggerList.model_validate_json(content).triggers
    except ValidationError as error:
        raise Unavailable(
            f"{shown(url)} answers with what is no list of triggers: {error.error_count()} errors"
        ) from error
