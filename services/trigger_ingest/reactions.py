"""A record on an alert topic becomes a fact, a neutrino, a trigger, or a dead letter."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from llama.domain.digests import digest_json
from llama.domain.external_triggers import trigger_message_of
from llama.domain.neutrinos import neutrino_of
from llama.domain.notice import Notice, Refused
from llama.domain.notice.fact import trigger_of
from llama.domain.notice.message import Subject, read_message
from llama.domain.notice.neutrino import NeutrinoNotice
from llama.domain.notice.oddities import printable
from llama.domain.notice.provenance import Provenance
from llama.domain.notice.trigger import ExternalTriggerNotice
from llama.domain.sources.copying import origin_in
from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import Haul, MessageLog, Record
from llama.ports.projections import Receipt
from schemas.envelope import NAME_HEADER, TEST_HEADER
from schemas.facts import Source
from schemas.reports import DeadLetter
from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    NEUTRINO_ALERTS_TOPIC,
    NEUTRINOS_TOPIC,
)

CONSUMER = "trigger_ingest"
NAME_CHARACTERS = 300
"""Of the name that a notice came under; the rest tells nobody more."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ingest:
    """Reads notices: first their bytes are kept, then the fact is on the log, then the offset."""

    log: MessageLog
    artifacts: Artifacts
    ledger: Ledger
    clock: Clock

    async def handle(self, haul: Haul) -> None:
        """Take in some records."""
        receipts = [await self._take(record) for batch in haul for record in batch.records]
        async with self.ledger.transaction(CONSUMER) as transaction:
            await transaction.advance_over(haul)
            await transaction.give_receipts(receipts)

    async def _take(self, record: Record) -> Receipt:
        came = _provenance(record, at=self.clock.now())
        await self.artifacts.put(came.raw)
        match read_message(came.raw, expected=_expected(record)):
            case Notice() as notice:
                return await self._accept(notice, came)
            case NeutrinoNotice() as notice:
                return await self._hear(notice, came)
            case ExternalTriggerNotice() as notice:
                return await self._note(notice, came)
            case Refused() as refused:
                return await self._refuse(refused, came)

    async def _accept(self, notice: Notice, came: Provenance) -> Receipt:
        for attachment in notice.attachments.values():
            await self.artifacts.put(attachment)
        await self.artifacts.put(notice.alert)
        fact = trigger_of(notice, came)
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

    async def _hear(self, notice: NeutrinoNotice, came: Provenance) -> Receipt:
        heard = neutrino_of(notice, came)
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
            source=heard.source,
            event=None,
            dead_letter=None,
            reason=None,
            fact_partition=written.partition,
            fact_offset=written.offset,
            neutrino=heard.neutrino,
        )

    async def _note(self, notice: ExternalTriggerNotice, came: Provenance) -> Receipt:
        noted = trigger_message_of(notice, came)
        written = (await self.log.append(EXTERNAL_TRIGGERS_TOPIC, [noted]))[0]
        _log.info(
            "external_trigger_received",
            trigger=noted.key,
            revision=noted.revision,
            retracted=noted.retracted,
            is_test=noted.is_test,
            oddities=len(noted.oddities),
        )
        return Receipt(
            source=noted.source,
            event=None,
            dead_letter=None,
            reason=None,
            fact_partition=written.partition,
            fact_offset=written.offset,
            external_trigger=noted.key,
        )

    async def _refuse(self, refused: Refused, came: Provenance) -> Receipt:
        source = came.source
        letter = DeadLetter(
            id=digest_json([source.topic, source.partition, source.offset])[:32],
            occurred_at=came.at,
            reason=refused.reason,
            detail=refused.detail,
            source=source,
            name=came.name,
            raw=came.digest,
            size=len(came.raw),
            is_test=came.is_test,
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


def _expected(record: Record) -> Subject:
    """Return what a topic's messages are about, of those that do not say it."""
    return "neutrino" if record.topic == NEUTRINO_ALERTS_TOPIC.name else "superevent"


def _provenance(record: Record, *, at: datetime) -> Provenance:
    """Return how a record came in, as far as it and its headers tell."""
    headers = dict(record.headers)
    return Provenance(
        raw=record.value or b"",
        source=Source(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            origin=origin_in(record.headers),
        ),
        at=at,
        is_test=headers.get(TEST_HEADER) == b"true",
        name=_printable(headers.get(NAME_HEADER, b"")),
    )


def _printable(name: bytes) -> str:
    """Return a name as printable text: it came from outside."""
    return printable(name.decode("utf-8", "surrogateescape"), NAME_CHARACTERS)
