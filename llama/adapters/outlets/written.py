"""What was sent, as JSON: between processes, and in a folder's own ledger."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from llama.domain.outlet import Sent


class WrittenSent(BaseModel):
    """A `Sent`, its content in base64."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    key: str
    topic: str
    number: int
    digest: str
    content: str
    sent_at: datetime
    answer: dict[str, object]
    state: Literal["sent", "in_doubt"]


def written(sent: Sent) -> Mapping[str, object]:
    """Return an entry as a JSON object."""
    return {
        "key": sent.key,
        "topic": sent.topic,
        "number": sent.number,
        "digest": sent.digest,
        "content": encoded(sent.content),
        "sent_at": sent.sent_at.isoformat(),
        "answer": dict(sent.answer),
        "state": sent.state,
    }


def read_sent(value: object) -> Sent:
    """Read an entry; ValueError if it is none."""
    found = WrittenSent.model_validate(value)
    return Sent(
        key=found.key,
        topic=found.topic,
        number=found.number,
        digest=found.digest,
        content=decoded(found.content),
        sent_at=found.sent_at,
        answer=found.answer,
        state=found.state,
    )


def encoded(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64; ValueError if it is none."""
    return base64.b64decode(text, validate=True)
