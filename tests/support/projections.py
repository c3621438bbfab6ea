"""Logs in memory, and projections of them into a real database."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from llama.adapters.postgres import Database, PostgresLedger
from llama.adapters.postgres.generations import PostgresGenerations
from llama.domain.fold_version import FOLD_VERSION
from llama.ports.generations import TableHash
from llama.ports.message_log import Batch, Record
from llama.runtime.folding import MoveFolder
from llama.runtime.projecting import CONSUMER, Projector, show
from schemas.base import Message
from schemas.envelope import body_of, key_of
from schemas.facts import FlagsChanged, Source
from schemas.flags import FlagName
from schemas.reports import DeadLetter, DeadLetterClosed, RefusalReason, RevisionCommitted
from schemas.sources import BlindReason, SourceBlind
from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    NEUTRINOS_TOPIC,
    REVISIONS_TOPIC,
    SOURCES_TOPIC,
)
from tests.support.busy_log import START, busy_log
from tests.support.neutrino_notices import a_neutrino
from tests.support.trigger_notices import a_trigger

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of some topics, by partition."""

    partitions: Mapping[Partition, tuple[Record, ...]]

    def batch(self, place: Partition, start: int, most: int) -> Batch | None:
        """Return the next records of a partition; None at its end."""
        found = self.partitions[place][start : start + most]
        return Batch(*place, start, found) if found else None

    def mixed(self, most: int) -> Iterator[Batch]:
        """Go through all records, up to `most` of each partition in turn."""
        starts = dict.fromkeys(self.partitions, 0)
        while starts:
            for place in list(starts):
                batch = self.batch(place, starts[place], most)
                if batch is None:
                    del starts[place]
                    continue
                starts[place] = batch.end
                yield batch


def a_log(events: int, *, partitions: int = 8, seed: int = 1, window: int = 8) -> Records:
    """Write a log of facts, with reports beside them."""
    facts = list(busy_log(events, seed=seed, window=window))
    told = {fact.event for fact in facts}
    facts += [an_afterthought(event) for event in sorted(told)]
    written: dict[Partition, list[Record]] = {}
    _write(written, FACTS_TOPIC.name, partitions, facts)
    _write(written, REVISIONS_TOPIC.name, partitions, map(a_revision, sorted(told)))
    _write(written, DEAD_LETTERS_TOPIC.name, 1, map(a_letter, range(events)))
    _write(written, DEAD_LETTERS_TOPIC.name, 1, map(a_closing, range(0, events, 3)))
    heard = [
        a_neutrino(f"{number // 2}_1", revision=number % 3, source=a_source(events + number))
        for number in range(events)
    ]
    _write(written, NEUTRINOS_TOPIC.name, 1, heard)
    noted = [a_trigger(f"{number // 2}", revision=number % 3) for number in range(events)]
    _write(written, EXTERNAL_TRIGGERS_TOPIC.name, 1, noted)
    _write(written, SOURCES_TOPIC.name, 1, (a_gap(number) for number in range(events)))
    return Records({place: tuple(records) for place, records in written.items()})


def an_afterthought(event: str) -> FlagsChanged:
    """Return what happens to an event long after everything else."""
    later = START + timedelta(days=365)
    return FlagsChanged(
        id=f"{event}-later", occurred_at=later, event=event, changes={FlagName.MANUAL: True}
    )


def a_revision(event: str) -> RevisionCommitted:
    """Return the announcement of an event's first revision."""
    commit = f"{zlib.crc32(event.encode()):040x}"
    return RevisionCommitted(id=commit, occurred_at=START, event=event, commit=commit, number=0)


def a_letter(number: int) -> DeadLetter:
    """Return a refused input; every second one was a file that was too large to be kept."""
    return DeadLetter(
        id=f"letter-{number}",
        occurred_at=START,
        reason=RefusalReason.NOT_JSON,
        source=None if number % 2 else a_source(number),
        raw=None if number % 2 else f"{number % 5:064x}",
        size=number,
    )


def a_closing(number: int) -> DeadLetterClosed:
    """Return what somebody did about it: dropped it, or sent it in again."""
    return DeadLetterClosed(
        id=f"request-1.letter-{number}",
        occurred_at=START,
        letter=f"letter-{number}",
        state="dropped" if number % 2 else "redriven",
        source=None if number % 2 else a_source(number + 2),
    )


def a_source(offset: int) -> Source:
    """Return the place of a record of another alert topic than that of the facts' notices."""
    return Source(topic="igwn.gwalert.refused", partition=0, offset=offset)


def a_gap(number: int) -> SourceBlind:
    """Return the announcement that a source is not heard."""
    return SourceBlind(
        id=f"gap-{number}",
        occurred_at=START,
        source="kafka://kafka.example",
        why=BlindReason.SILENCE,
        since=START + timedelta(hours=number),
    )


async def project(database: Database, batches: Iterable[Batch]) -> None:
    """Show batches as the projection does."""
    projector = a_projector(database)
    for batch in batches:
        await projector.handle([batch])


def a_projector(
    database: Database, consumer: str = CONSUMER, *, fold_version: int = FOLD_VERSION
) -> Projector:
    """Return a projection into a database."""
    ledger = PostgresLedger(database, waits_for_disk=False, fold_version=fold_version)
    return Projector(ledger, MoveFolder(consumer, ledger, show), consumer)


async def hashes(database: Database) -> Mapping[str, TableHash]:
    """Return the hashes of all tables that were projected."""
    return await PostgresGenerations(database).hashes(live=True)


def _write(
    written: dict[Partition, list[Record]],
    topic: str,
    partitions: int,
    messages: Iterable[Message],
) -> None:
    for message in messages:
        number = zlib.crc32(key_of(message)) % partitions
        records = written.setdefault((topic, number), [])
        records.append(Record(topic, number, len(records), key_of(message), body_of(message)))
