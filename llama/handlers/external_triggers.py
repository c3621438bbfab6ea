"""external_triggers.json: gamma-ray bursts and others that were seen around the event."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from llama.domain.digests import canonical_json
from llama.domain.handler import Inputs, Product, uses
from llama.domain.kinds import JSONHandler, PollingHandler
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import WINDOW
from schemas.base import EARLIEST_YEAR, LATEST_YEAR, why_test, zulu

if TYPE_CHECKING:
    from llama.handlers.external.source import TriggerSource
    from schemas.external_triggers import ListedTrigger

HALF_WINDOW_S = WINDOW / timedelta(seconds=1)
"""Half of the window around the event, in seconds: that in which neutrinos are looked for."""
SETTING = "LLAMA_EXTERNAL_TRIGGERS"
"""The variable of the environment that names the source of received triggers."""


class ExternalTriggers(JSONHandler, PollingHandler):
    """The other observatories' triggers: the one that the notice names, and those received.

    `dt_s` is the time of the trigger less the time of the event, in seconds. A notice gives no
    position of the trigger, only a combined map: `map` is its digest and size, null where there
    is none. If LLAMA_EXTERNAL_TRIGGERS names a source, the triggers within 500 s of the event that
    came in by themselves follow, by time (`told_by`: received). While more of them may come the
    list is not `complete`; it says until when (`complete_from`), and is then made again.
    """

    FILENAME = "external_triggers.json"
    CODE_VERSION = "2"
    DEPENDENCIES = (uses(Alert, "event", "external"),)
    ASPECTS: ClassVar[tuple[str, ...]] = ("triggers", "complete")

    def generate(self, inputs: Inputs) -> object:
        """Read the coincidence of the notice, and ask the source, if there is one."""
        from llama.handlers.external.entries import named_trigger, received_trigger
        from llama.handlers.results.tracks import instant
        from llama.handlers.sky.fields import mapping, parsed

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        said = mapping(alert.get("external_coinc"))
        time = instant(mapping(alert.get("event")).get("time"))
        source = _source() if time and EARLIEST_YEAR < time.year < LATEST_YEAR else None
        named = [named_trigger(said, time, HALF_WINDOW_S)] if said else []
        if time is None or source is None:
            return _file(named, None)
        settled = time + WINDOW + timedelta(seconds=source.delay_s)
        found = _received(source, time, inputs.now, tests=why_test(self.eventid) is not None)
        heard = [received_trigger(one, time, named) for one in found]
        complete = inputs.now >= settled
        content = _file(named + heard, source.name, complete=complete, complete_from=settled)
        return Product(canonical_json(content) + b"\n", valid_until=None if complete else settled)


def _source() -> "TriggerSource | None":
    from llama.domain.errors import Misconfigured
    from llama.handlers.external.source import trigger_source_from

    try:
        return trigger_source_from(os.environ.get(SETTING, ""))
    except Misconfigured as error:
        raise Misconfigured(f"{SETTING}: {error}") from error


def _received(
    source: "TriggerSource", time: datetime, now: datetime, *, tests: bool
) -> "Sequence[ListedTrigger]":
    """Return the triggers within the window, up to now: in the order of time, then of names."""
    start, stop = time - WINDOW, min(time + WINDOW, now)
    if start >= stop:
        return ()
    # Whoever answers: no list tells what was not asked for.
    found = [
        one
        for one in source.triggers(start, stop, tests=tests)
        if start <= one.time <= stop and one.is_test <= tests
    ]
    return sorted(found, key=lambda one: (one.time, one.observatory, one.id, one.is_test))


def _file(
    triggers: Sequence[Mapping[str, object]],
    source: str | None,
    *,
    complete: bool = True,
    complete_from: datetime | None = None,
) -> dict[str, object]:
    return {
        "window_s": [-HALF_WINDOW_S, HALF_WINDOW_S],
        "triggers": list(triggers),
        "source": source,
        "complete": complete,
        "complete_from": None if complete_from is None else zulu(complete_from),
    }
