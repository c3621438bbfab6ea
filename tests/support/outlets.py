"""An outlet that keeps what it is given, for handlers that tell the world something."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import orjson

from llama.domain.outlet import Parcel, Sender, Sent, first_answer

SENDER = Sender("S230914ak", "PublishNotice")
BEGAN = datetime(2023, 9, 14, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class MemoryOutlet:
    """Each sending takes a second; nothing is ever in doubt unless `lose` says so."""

    sent: list[Sent] = field(default_factory=list[Sent])

    def earlier(self) -> tuple[Sent, ...]:
        return tuple(self.sent)

    def send(self, topic: str, key: str, content: bytes) -> Mapping[str, object]:
        parcel = Parcel(topic, key, content)
        known = first_answer(self.sent, SENDER, parcel)
        if known is not None:
            return known
        number = len(self.sent) + 1
        at = BEGAN + timedelta(seconds=number)
        entry = Sent(key, topic, number, parcel.digest, content, at, {"offset": number})
        self.sent.append(entry)
        return entry.answer

    def lose(self) -> None:
        """Forget whether the last thing was sent."""
        self.sent[-1] = replace(self.sent[-1], state="in_doubt", answer={})

    def notices(self, topic: str) -> list[dict[str, object]]:
        """Return the notices that a topic has."""
        return [orjson.loads(one.content) for one in self.sent if one.topic == topic]
