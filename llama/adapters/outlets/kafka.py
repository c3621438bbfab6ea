"""Topics as the world: a record for each content, its key the event."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_exists
from llama.domain.errors import Unavailable
from llama.domain.outlet import Sender, Sent, in_doubt
from schemas.base import why_test, zulu
from schemas.envelope import SOURCE, Headers
from schemas.topics import Topic

_KEPT = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
"""Of a topic that is not there yet; who made one has had reasons of their own."""
TEST_SUFFIX = ".test"
"""How topics end that carry tests alone."""
PATIENCE_S = 60.0
"""A producer would wait for a server that died for ever, and with it all that is to be sent."""


class KafkaCarrier:
    """Sends to the topics of a server; use it in `async with`. It connects when it is needed."""

    is_dry_run = False

    def __init__(self, bootstrap: str, *, client_id: str, patience_s: float = PATIENCE_S) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._patience_s = patience_s
        self._log: KafkaLog | None = None
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._let_go()

    async def ready(self, topic: str) -> None:
        """Connect, and make the topic if it is not there; Unavailable if the server is away."""
        await ensure_exists(self._bootstrap, _topic(topic))
        await self._connected()

    async def carry(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        """Send an entry's content to all replicas; InDoubt if that was cut short.

        Misconfigured if the topic takes nothing so large.
        """
        log = await self._connected()
        try:
            async with asyncio.timeout(self._patience_s):
                place = await log.append_raw(
                    _topic(entry.topic),
                    entry.content,
                    headers=dict(headers_of(sender, entry)),
                    key=sender.event.encode(),
                )
        except (Unavailable, TimeoutError) as error:  # the server may have it
            # What is in doubt must not go out later: the next one gets a connection of its own.
            await self._let_go()
            heard = f"the server said nothing for {self._patience_s:g} s, or went away"
            raise in_doubt(sender, entry, heard) from error
        return {
            "outlet": "kafka",
            "topic": place.topic,
            "partition": place.partition,
            "offset": place.offset,
        }

    async def _let_go(self) -> None:
        async with self._connecting:
            log, self._log = self._log, None
            if log is not None:
                await log.__aexit__(None, None, None)

    async def _connected(self) -> KafkaLog:
        async with self._connecting:
            if self._log is None:
                log = KafkaLog(self._bootstrap, client_id=self._client_id)
                self._log = await log.__aenter__()
            return self._log


def headers_of(sender: Sender, entry: Sent) -> Headers:
    """Return the headers that CloudEvents consumers and hop clients read."""
    identity = f"{sender.event}.{sender.handler}.{entry.number}"
    fields = {
        "ce_specversion": "1.0",
        "ce_id": identity,
        "ce_source": SOURCE,
        "ce_type": entry.topic,
        "ce_subject": sender.event,
        "ce_time": zulu(entry.sent_at),
        "content-type": "application/json",
        "_id": identity,
        "_format": "json",
    }
    if why_test(sender.event) or entry.topic.endswith(TEST_SUFFIX):
        fields["_test"] = "true"
    return [(name, value.encode()) for name, value in fields.items()]


def _topic(name: str) -> Topic:
    return Topic(name, key="event id", partitions=1, config=_KEPT)
