"""Faust on the embedded broker: an error ends the reading, and the next one begins at the start."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from llama.domain.errors import RecordsSkipped
from llama.ports.message_log import Record
from schemas.topics import FACTS_TOPIC
from services.stream_monitor import CONSUMES
from services.stream_monitor.following import See, follow
from tests.support.facts import a_trigger
from tests.support.kafka import embedded_broker

FACTS = 20
WITHIN_S = 120.0

pytestmark = pytest.mark.filterwarnings("default")
"""What Faust and its libraries warn of is not ours to mend."""


@pytest.fixture
def server(tmp_path: Path) -> Generator[str]:
    with embedded_broker(tmp_path) as address:
        yield address


async def filled(server: str) -> None:
    """Put facts of one event on the log, so all into one partition."""
    await ensure_topics(server, CONSUMES)
    facts = [a_trigger(content=str(number)) for number in range(FACTS)]
    async with KafkaLog(server, client_id="test") as log:
        await log.append(FACTS_TOPIC, facts)


async def read(server: str, folder: Path, see: See, *, group: str) -> None:
    async with asyncio.timeout(WITHIN_S):
        await follow(server, CONSUMES, see, group=group, folder=folder, on_start=lambda: None)


class Reader:
    """Keeps the offsets of what it is shown, until one at which it breaks off, or the last."""

    def __init__(self, *, until: int = FACTS) -> None:
        self.offsets: list[int] = []
        self._until = until

    def see(self, record: Record) -> None:
        self.offsets.append(record.offset)
        if len(self.offsets) == self._until:
            raise RecordsSkipped("the next one is not there")


async def test_after_an_error_all_is_read_again_in_the_same_process(
    server: str, tmp_path: Path
) -> None:
    await filled(server)
    first, again = Reader(until=FACTS // 2), Reader()

    for reader, group in ((first, "one"), (again, "two")):
        with pytest.raises(RecordsSkipped):
            await read(server, tmp_path / group, reader.see, group=group)

    assert first.offsets == list(range(FACTS // 2))
    assert again.offsets == list(range(FACTS))
