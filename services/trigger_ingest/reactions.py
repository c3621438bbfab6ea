"""A record on an alert topic becomes a fact, a neutrino, or a dead letter that says why not."""

from dataclasses import dataclass

import structlog

from llama.domain.digests import digest_json
from llama.domain.neutrinos import neutrino_of
from llama.domain.notice import Notice, Refused, read_notice
from llama.domain.notice.fact import trigger_of
from llama.domain.notice.neutrino import NeutrinoNotice, read_neutrino, tells_of_a_neutrino
from llama.domain.notice.oddities import printable
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import Batch, MessageLog, Record
from llama.ports.projections import Receipt
from schemas.envelope import NAME_HEADER, TEST_HEADER
from schemas.facts import Source
from schemas.reports import DeadLetter
from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    FACTS_TOPIC,
    NEUTRINO_ALERTS_TOPIC,
    NEUTRINOS_TOPIC,
)

CONSUMER = "trigger_ingest"
NAME_CHARACTERS = 300
"""Of the name that a refused notice came under; the rest tells nobody more."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ingest:
    """Reads notices: first their bytes are kept, then the fact is on the log, then the offset."""

    log: MessageLog
    artifacts: Artifacts
    ledger: Ledger
    clock: Clock

    async def handle(self, batch: Batch) -> None:
        """Take in some records."""
        receipts = [await self._take(record) for record in batch.records]
        async with self.ledger.transaction(CONSUMER) as transaction:
            await transaction.advance(
                batch.topic, batch.partition, expected=batch.start, to=batch.end
            )
            await transaction.give_receipts(receipts)

    async def _take(self, record: Record) -> Receipt:
        raw = record.value or b""
        read = read_neutrino(raw) if _tells_of_a_neutrino(record) else read_notice(raw)
        kept = await self.artifacts.put(raw)
        if isinstance(read, Refused):
            return await self._refuse(record, read, kept)
        if isinstance(read, NeutrinoNotice):
            return await self._hear(record, read)
        return await self._accept(record, read)

    async def _accept(self, record: Record, notice: Notice) -> Receipt:
        for attachment in notice.attachments.values():
            await self.artifacts.put(attachment)
        await self.artifacts.put(notice.alert)
        fact = trigger_of(
            notice, raw=record.value or b"", source=_source(record), at=self.clock.now()
        )
        written = (await self.log.append(FACTS_TOPIC, [fact]))[0]
        _log.info(
            "notice_received",
            event_id=fact.event,
            alert_type=fact.alert_type,
            notice=fact.notice[:12],
            oddities=len(fact.oddities),
        )
        return Receipt(
            source=fact.source,
            event=fact.event,
            dead_letter=None,
            reason=None,
            fact_partition=written.partition,
            fact_offset=written.offset,
        )

    async def _hear(self, record: Record, notice: NeutrinoNotice) -> Receipt:
        source, raw = _source(record), record.value or b""
        is_test = dict(record.headers).get(TEST_HEADER) == b"true"
        heard = neutrino_of(notice, raw=raw, source=source, at=self.clock.now(), is_test=is_test)
        written = (await self.log.append(NEUTRINOS_TOPIC, [heard]))[0]
        _log.info(
            "neutrino_received",
            neutrino=heard.neutrino,
            revision=heard.revision,
            retracted=heard.retracted,
            is_test=heard.is_test,
            oddities=len(heard.oddities),
        )
        return Receipt(
            source=source,
            event=None,
            dead_letter=None,
            reason=None,
            fact_partition=written.partition,
            fact_offset=written.offset,
            neutrino=heard.neutrino,
        )

    async def _refuse(self, record: Record, refused: Refused, raw: str) -> Receipt:
        source = _source(record)
        letter = DeadLetter(
            id=digest_json([source.topic, source.partition, source.offset])[:32],
            occurred_at=self.clock.now(),
            reason=refused.reason,
            detail=refused.detail,
            source=source,
            name=_name(record),
            raw=raw,
            size=len(record.value or b""),
        )
        await self.log.append(DEAD_LETTERS_TOPIC, [letter])
        _log.warning("notice_refused", reason=letter.reason, detail=letter.detail, id=letter.id)
        return Receipt(
            source=source,
            event=None,
            dead_letter=letter.id,
            reason=letter.reason,
            fact_partition=None,
            fact_offset=None,
        )


def _tells_of_a_neutrino(record: Record) -> bool:
    """Go by the content; the topic decides what to call bytes that tell nothing."""
    raw = record.value or b""
    is_expected = record.topic == NEUTRINO_ALERTS_TOPIC.name and b"superevent_id" not in raw
    return is_expected or tells_of_a_neutrino(raw)


def _source(record: Record) -> Source:
    return Source(topic=record.topic, partition=record.partition, offset=record.offset)


def _name(record: Record) -> str:
    """Return the name header as printable text: it came from outside."""
    raw = dict(record.headers).get(NAME_HEADER, b"")
    return printable(raw.decode("utf-8", "surrogateescape"), NAME_CHARACTERS)
