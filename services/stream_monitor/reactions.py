"""A record is counted once, in the order of its partition; what is missing is noticed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from pydantic import ValidationError

from llama.domain.errors import RecordsSkipped
from llama.domain.health import Place
from llama.domain.monitoring import Hopping, Observation, Reckoning, Window, Windows
from llama.ports.message_log import Record
from schemas.board import BoardFigures, BoardWindow, LiveBoard
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import FACTS
from schemas.neutrinos import NeutrinoReceived
from schemas.topics import EXTERNAL_TRIGGERS_TOPIC, NEUTRINOS_TOPIC

CONSUMER = "stream_monitor"

_log = structlog.get_logger()


@dataclass(slots=True)
class Monitor:
    """All that was counted since this began to read the log from its beginning."""

    hopping: Hopping
    publishers: frozenset[str]
    """The handlers that publish."""
    reckonings: dict[Place, Reckoning] = field(default_factory=dict[Place, Reckoning])
    """By partition."""
    stands: dict[Place, int] = field(default_factory=dict[Place, int])
    """The next offset of each partition."""
    windows: Windows = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing counted."""
        self.windows = Windows(self.hopping)

    def see(self, record: Record) -> None:
        """Count what a record tells, once; RecordsSkipped if there is one missing before it."""
        place = record.topic, record.partition
        expected = self.stands.get(place, 0)
        if record.offset < expected:
            return
        if record.offset > expected:
            raise RecordsSkipped(
                f"{record.topic}[{record.partition}] went on at {record.offset}, and {expected} "
                "was next: everything is counted again from the beginning"
            )
        self.stands[place] = record.offset + 1
        for seen in self._told(record):
            self.windows.add(seen)

    def board(self, now: datetime, *, behind: int) -> LiveBoard:
        """Return the board at a moment, and forget what will never be on it again."""
        self.windows.forget(now)
        hop_s = self.hopping.hop.total_seconds()
        return LiveBoard(
            at=now,
            window_s=self.hopping.hops * hop_s,
            hop_s=hop_s,
            behind=behind,
            running=_shown(self.windows.running(now)),
            closed=tuple(map(_shown, self.windows.closed(now))),
        )

    def lags(self, ends: Mapping[Place, int]) -> Mapping[Place, int]:
        """Return how many records are not counted yet, of partitions that end where it is said."""
        return {place: max(end - self.stands.get(place, 0), 0) for place, end in ends.items()}

    def _told(self, record: Record) -> Sequence[Observation]:
        value, reckoning = record.value or b"", self._reckoning(record)
        try:
            if record.topic == NEUTRINOS_TOPIC.name:
                return reckoning.hear(NeutrinoReceived.model_validate_json(value))
            if record.topic == EXTERNAL_TRIGGERS_TOPIC.name:
                return reckoning.hear(ExternalTriggerReceived.model_validate_json(value))
            return reckoning.observe(FACTS.validate_json(value))
        except ValidationError as error:
            place = {"topic": record.topic, "offset": record.offset}
            _log.error("record_unreadable", errors=error.error_count(), **place)
            return ()

    def _reckoning(self, record: Record) -> Reckoning:
        place = record.topic, record.partition
        if place not in self.reckonings:
            self.reckonings[place] = Reckoning(self.publishers)
        return self.reckonings[place]


def _shown(window: Window) -> BoardWindow:
    return BoardWindow(
        begin=window.begin,
        end=window.end,
        figures=tuple(
            BoardFigures(
                measure=measure,
                name=name,
                count=one.count,
                total_ms=one.total_ms,
                longest_ms=one.longest_ms,
            )
            for (measure, name), one in sorted(window.tally.items())
        ),
    )
