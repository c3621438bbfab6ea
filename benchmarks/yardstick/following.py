"""Follows the log of a running system: when each file of each event was acknowledged.

What a subscriber is given has been acknowledged: the time of its arrival is never too early.
"""

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

from schemas.envelope import type_name
from schemas.facts import FileFailed, FileGenerated
from schemas.topics import FACTS_TOPIC

POLL_S = 0.2
AT_ONCE = 500
GENERATED, FAILED = type_name(FileGenerated).encode(), type_name(FileFailed).encode()


@dataclass(slots=True)
class Seen:
    """What has been seen so far; whoever waits is woken when there is more."""

    made: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """By event and file, when its latest content came; moments of the monotonic clock."""
    others: dict[str, dict[bytes, float]] = field(default_factory=dict[str, dict[bytes, float]])
    """By event and type, when its latest fact of any other kind came."""
    results: int = 0
    failures: list[bytes] = field(default_factory=list[bytes])
    more: threading.Condition = field(default_factory=threading.Condition)

    def missing(self, event: str, files: Collection[str], since: float) -> Sequence[str]:
        """Return those files of an event that have not come since a moment."""
        there = self.made.get(event, {})
        return [file for file in files if there.get(file, 0.0) < since]


class LogFollower:
    """A thread with a consumer; use it in `with`."""

    def __init__(self, kafka: str) -> None:
        self.seen = Seen()
        self._over = threading.Event()
        self._consumer = Consumer(
            {
                "bootstrap.servers": kafka,
                "group.id": "yardstick",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )
        self._thread = threading.Thread(target=self._follow)

    def __enter__(self) -> Self:
        partitions = range(FACTS_TOPIC.partitions)
        self._consumer.assign(
            [TopicPartition(FACTS_TOPIC.name, one, OFFSET_BEGINNING) for one in partitions]
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._consumer.close()

    def wait_for(
        self, wanted: Mapping[str, Collection[str]], *, since: float, within_s: float
    ) -> None:
        """Wait until all these files of these events have come since a moment."""
        seen, deadline = self.seen, time.monotonic() + within_s
        with seen.more:
            for event, files in wanted.items():  # one after the other: all have to come anyway
                while missing := seen.missing(event, files, since):
                    if seen.failures:
                        raise RuntimeError(f"a handler failed: {seen.failures[0].decode()}")
                    if not seen.more.wait(max(0.0, deadline - time.monotonic())):
                        raise TimeoutError(f"{event} has no {', '.join(missing)}")

    def _follow(self) -> None:
        while not self._over.is_set():
            # `consume` alone would wait for a full batch: the first message's time counts.
            first = self._consumer.poll(POLL_S)
            now = time.monotonic()
            if first is not None:
                messages = [first, *self._consumer.consume(AT_ONCE, 0)]
                with self.seen.more:
                    for message in messages:
                        self._see(message, now)
                    self.seen.more.notify_all()

    def _see(self, message: Message, now: float) -> None:
        if message.error():
            raise RuntimeError(f"the log cannot be followed: {message.error()}")
        kind, body = dict(message.headers() or ()).get("ce_type"), message.value() or b""
        if kind == GENERATED:
            fact = orjson.loads(body)
            files = self.seen.made.setdefault(fact["event"], {})
            files |= {file["file"]: now for file in fact["files"]}
            self.seen.results += 1
            return
        event = (message.key() or b"").decode()
        self.seen.others.setdefault(event, {})[kind or b""] = now
        if kind == FAILED:
            self.seen.failures.append(body)
