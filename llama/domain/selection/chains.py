"""Chains of downselections, each applied to what the one before it left."""

from collections.abc import Iterable
from datetime import datetime

from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile


def selected(
    events: Iterable[EventProfile], chain: Iterable[Downselection], now: datetime
) -> tuple[EventProfile, ...]:
    """Apply downselections in turn; without a sortkey the newest events come first.

    ValueError, naming them, if events whose order matters have no event time.
    """
    kept, ordered = narrowed(events, chain, now)
    return kept if ordered else tuple(newest_first(kept))


def narrowed(
    events: Iterable[EventProfile], chain: Iterable[Downselection], now: datetime
) -> tuple[tuple[EventProfile, ...], bool]:
    """Apply downselections in turn; return what is left, and whether it has an order yet.

    Events are put in the order of their times only where a limit or a reversal asks for it: one
    that has no time may be filtered out before.
    """
    kept, ordered = tuple(sorted(events, key=lambda event: event.eventid)), False
    for downselection in chain:
        kept = tuple(event for event in kept if downselection.matches(event, now))
        is_sorting = downselection.sortkey is not None
        if not (ordered or is_sorting) and _minds_order(downselection):
            kept, ordered = tuple(newest_first(kept)), True
        kept = tuple(downselection.arrange(list(kept))[: downselection.limit])
        ordered = ordered or is_sorting
    return kept, ordered


def newest_first(events: Iterable[EventProfile]) -> list[EventProfile]:
    """Order events by their times, the newest first, ties by event id.

    ValueError, naming them, if some have no event time.
    """
    timed = [(event.event_time, event) for event in events]
    timeless = sorted(event.eventid for time, event in timed if time is None)
    if timeless:
        names = ", ".join(timeless[:10]) + (", ..." if len(timeless) > 10 else "")
        message = f"no notice tells when {names} happened"
        raise ValueError(f"{message}: give a sortkey such as 'eventid', or leave them out")
    known = sorted(
        ((time, event) for time, event in timed if time is not None),
        key=lambda entry: entry[1].eventid,
    )
    return [event for _, event in sorted(known, key=lambda entry: entry[0], reverse=True)]


def _minds_order(downselection: Downselection) -> bool:
    return downselection.reverse or downselection.limit is not None
