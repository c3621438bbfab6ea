"""Sends notices into the system, and waits until everything they lead to is done."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ParamSpec, TypeVar

from llama.client.progress import Progress
from llama.client.unsettled import Unsettled, unsettled_in
from llama.domain.digests import digest_json
from llama.domain.errors import LlamaError, Unavailable
from llama.domain.notice.message import content_of, subject_of
from llama.domain.notice.oddities import printable
from llama.domain.notice.trigger import observatory_of
from llama.domain.resolve import Run, decide
from llama.domain.states import EventState
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import LogReader, MessageLog
from llama.ports.projections import ReadModels, Receipt
from schemas.envelope import NAME_HEADER, TEST_HEADER
from schemas.facts import Source
from schemas.reports import DeadLetter, RefusalReason
from schemas.topics import (
    ALERTS_TOPIC,
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    INCOMING,
    MEBIBYTE,
    NEUTRINO_ALERTS_TOPIC,
    NEUTRINOS_TOPIC,
    REVISIONS_TOPIC,
    TRIGGER_ALERTS_TOPICS,
    Topic,
)

MAX_NOTICE_BYTES = 16 * MEBIBYTE
"""Three times the largest notice known; beyond it, nothing is read any further."""

NAME_CHARACTERS = 300
"""Of the name of a file that is refused; the rest tells nobody more."""
AWAY_PAUSE_S = 0.25
"""Between two looks at a server that does not answer."""
LOOK_EVERY_S = 0.02
"""Between two looks at the read models while waiting."""
FOLLOWERS: Mapping[str, Sequence[Topic]] = {
    "dependency_resolver": (FACTS_TOPIC,),
    "versioning": (FACTS_TOPIC,),
    "projection": (
        *(FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC),
        EXTERNAL_TRIGGERS_TOPIC,
    ),
}
"""Who has to have read what before nothing is under way any more."""
ANSWERS = 3
"""Rounds of reading: a notice, an adoption in answer, announcements in answer to that."""
Given = ParamSpec("Given")
Seen = TypeVar("Seen")
Ends = Mapping[str, Mapping[int, int]]
"""The offset after the last record, by topic and partition."""


class WaitedTooLong(LlamaError):
    """What was waited for did not happen in time."""


@dataclass(frozen=True, slots=True)
class Ingestion:
    """Sends notices to the alert topic, as an observatory's broker would."""

    log: MessageLog
    reader: LogReader
    ledger: Ledger
    models: ReadModels
    clock: Clock

    async def send(
        self, raw: bytes, *, name: str, topic: str = "", is_test: bool = False
    ) -> Source:
        """Put a notice on an alert topic; once this returns it is durable there.

        On that which is named, if it is one of ours, or else on that of its kind.
        """
        return await send_notice(self.log, raw, name=name, topic=topic, is_test=is_test)

    async def refuse_oversized(self, *, name: str, size: int) -> DeadLetter:
        """Put what is too large to be a notice straight into the dead letters."""
        shown_name = printable(name, NAME_CHARACTERS)
        letter = DeadLetter(
            id=digest_json(["file", shown_name, size])[:32],
            occurred_at=self.clock.now(),
            reason=RefusalReason.TOO_LARGE,
            detail=f"{size} bytes; a notice may have {MAX_NOTICE_BYTES}",
            source=None,
            name=shown_name,
            raw=None,
            size=size,
        )
        await self.log.append(DEAD_LETTERS_TOPIC, [letter])
        return letter

    async def receipts(
        self, sources: Sequence[Source], *, progress: Progress | None = None
    ) -> Sequence[Receipt]:
        """Wait until each notice has become a fact or a dead letter, and return which."""
        progress = progress or Progress()
        received: list[Receipt] = []
        for source in sources:
            while (receipt := await look(self.models.receipt, source)) is None:
                await asyncio.sleep(LOOK_EVERY_S)
            received.append(receipt)
            progress.count(len(received), len(sources), "notices read")
        return received

    async def settle(self, events: Collection[str], *, progress: Progress | None = None) -> None:
        """Wait until nothing is under way for some events, retries of failures included.

        Not for what a remote source does not have yet: it may be asked again for days.
        """
        progress = progress or Progress()
        await self.caught_up()
        for number, event in enumerate(events, start=1):
            while not await look(self._is_done, event, progress):
                await asyncio.sleep(LOOK_EVERY_S)
            progress.count(number, len(events), "events settled")
        await self.caught_up()

    async def unsettled(self, events: Collection[str]) -> Sequence[Unsettled]:
        """Return the files that are still to come of those events that have not settled.

        Unavailable if a server is away: who asks this has waited long enough.
        """
        found: list[Unsettled] = []
        for event in events:
            state = await self.models.state(event)
            if state is not None and not await self._is_done(event, Progress()):
                found += unsettled_in(state, await self.models.leased(event))
        return found

    async def caught_up(self) -> None:
        """Wait until every follower has read what is there now, and what that has led to."""
        ends = await self._ends()
        for _ in range(ANSWERS):
            await self._read_to(ends)
            before, ends = ends, await self._ends()
            if ends == before:
                return

    async def _ends(self) -> Ends:
        topics = FOLLOWERS["projection"]
        return {topic.name: await look(self.reader.ends, topic) for topic in topics}

    async def _read_to(self, ends: Ends) -> None:
        for follower, topics in FOLLOWERS.items():
            for topic in topics:
                while await self._is_behind(follower, topic, ends[topic.name]):
                    await asyncio.sleep(LOOK_EVERY_S)

    async def _is_behind(self, follower: str, topic: Topic, ends: Mapping[int, int]) -> bool:
        positions = await look(self.ledger.positions, follower, topic.name)
        return any(positions.get(partition, 0) < end for partition, end in ends.items())

    async def _is_done(self, event: str, progress: Progress) -> bool:
        state = await self.models.state(event)
        if state is None:
            return False
        progress.see(state)
        decision = decide(state, self.clock.now())
        to_come = not decision.is_settled or any(_is_retry(state, run) for run in decision.runs)
        return not to_come and not await self.models.leased(event)


def _topic_of(raw: bytes) -> Topic:
    """Return an alert topic of a notice's kind; which one does not decide what it is read as."""
    said = content_of(raw)
    if subject_of(said) == "neutrino":
        return NEUTRINO_ALERTS_TOPIC
    return TRIGGER_ALERTS_TOPICS.get(observatory_of(said), ALERTS_TOPIC)


def _is_retry(state: EventState, run: Run) -> bool:
    failure = state.failures.get(run.need.handler.name, {}).get(run.need.id)
    return failure is not None and failure.error != "not_yet"


async def send_notice(
    log: MessageLog, raw: bytes, *, name: str, topic: str = "", is_test: bool = False
) -> Source:
    """Put a notice on an alert topic: on one of ours that is named, or else on that of its kind.

    Once this returns it is durable there.
    """
    headers = {NAME_HEADER: name.encode("utf-8", "surrogateescape")[:300]}
    headers |= {TEST_HEADER: b"true"} if is_test else {}
    known = {one.name: one for one in INCOMING}
    record = await log.append_raw(known.get(topic) or _topic_of(raw), raw, headers=headers)
    return Source(topic=record.topic, partition=record.partition, offset=record.offset)


async def look(
    action: Callable[Given, Awaitable[Seen]], *args: Given.args, **kwargs: Given.kwargs
) -> Seen:
    """Look at a server; one that is away for a moment is no reason to give up waiting."""
    while True:
        try:
            return await action(*args, **kwargs)
        except Unavailable:
            await asyncio.sleep(AWAY_PAUSE_S)


async def within(timeout: timedelta, waiting: "asyncio.Future[Seen]", *, what: str) -> Seen:
    """Wait for something; WaitedTooLong says for what, and how to look at it."""
    try:
        return await asyncio.wait_for(waiting, timeout.total_seconds())
    except TimeoutError as error:
        raise WaitedTooLong(
            f"{what} took longer than {timeout.total_seconds():.0f} s: look at `llama status` "
            "and at the logs"
        ) from error
