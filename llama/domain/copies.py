"""Copies of notices: where each came from, and what became of it.

All that is told of a copy stands in the message that it became: a fact, a neutrino, a trigger, a
dead letter. So the archive is a view of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, assert_never

from llama.domain.moves import Folded
from schemas.archive import ArchivedCopy, Became
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Source, TriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter

if TYPE_CHECKING:
    from llama.domain.digests import Digest

Rank: TypeAlias = tuple[str, datetime, str]
Received: TypeAlias = TriggerReceived | NeutrinoReceived | ExternalTriggerReceived | DeadLetter
"""What a record of an alert topic becomes."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a notice."""

    source: Source
    received_at: datetime
    name: str
    raw: Digest | str
    size: int
    is_test: bool
    became: Became
    subject: str
    """The event, the neutrino, the trigger, or the dead letter."""
    reason: str
    """Why it was refused; empty if it was not."""
    identity: str
    """Equal for all copies of one notice; of what was refused, for equal bytes."""
    message: str
    """The id of the message that it became."""
    partition: int
    """Where that message stands on its topic: copies of one notice stand in one partition."""
    offset: int
    origin: str = ""
    """The source of alerts that brought it; empty: it was put on the topic itself."""

    @property
    def rank(self) -> Rank:
        """Of several messages that one record has become, the least counts.

        A service that was killed takes its last record in again: most often it becomes the same.
        """
        return self.became, self.received_at, self.message


def copies_in(steps: Iterable[Folded]) -> list[Copy]:
    """Return the copies that some facts tell of."""
    return [
        copy
        for step in steps
        if isinstance(step.fact, TriggerReceived)
        and (copy := copy_of(step.fact, step.partition, step.offset)) is not None
    ]


def copy_of(message: Received, partition: int, offset: int) -> Copy | None:
    """Return the copy that a message at some place tells of.

    None of a file that was too large to be sent: it never was on an alert topic, and is not kept.
    """
    match message:
        case TriggerReceived():
            said = ("event", message.event, "", message.notice)
            kept = (message.raw, message.raw_size)
        case NeutrinoReceived():
            said = ("neutrino", message.neutrino, "", message.id)
            kept = (message.raw, message.raw_size)
        case ExternalTriggerReceived():
            said = ("external_trigger", message.key, "", message.id)
            kept = (message.raw, message.raw_size)
        case DeadLetter():
            said = ("refused", message.id, message.reason.value, message.raw or "")
            kept = (message.raw or "", message.size)
        case _:
            assert_never(message)
    if message.source is None or not kept[0]:
        return None
    came = (message.source, message.occurred_at, message.name, *kept, message.is_test)
    origin = message.source.origin.source if message.source.origin else ""
    return Copy(*came, *said, message.id, partition, offset, origin)


def first_told(copies: Iterable[Copy]) -> Mapping[Source, Copy]:
    """Return one copy for each record: that of the least rank."""
    found: dict[Source, Copy] = {}
    for copy in copies:
        known = found.get(copy.source)
        if known is None or copy.rank < known.rank:
            found[copy.source] = copy
    return found


def archived(copy: Copy, *, is_repeat: bool) -> ArchivedCopy:
    """Return a copy as the archive shows it."""
    is_refused = copy.became == "refused"
    return ArchivedCopy(
        received_at=copy.received_at,
        topic=copy.source.topic,
        partition=copy.source.partition,
        offset=copy.source.offset,
        name=copy.name,
        raw=copy.raw,
        size=copy.size,
        became=copy.became,
        event=copy.subject if copy.became == "event" else None,
        neutrino=copy.subject if copy.became == "neutrino" else None,
        external_trigger=copy.subject if copy.became == "external_trigger" else None,
        notice=None if is_refused else copy.identity,
        dead_letter=copy.subject if is_refused else None,
        reason=copy.reason or None,
        is_test=copy.is_test,
        is_repeat=is_repeat,
        origin=copy.origin or None,
    )
