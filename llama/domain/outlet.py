"""What a handler tells the world goes through an outlet: kept, counted, and never sent twice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from llama.domain.digests import Digest, digest_bytes, digest_json
from llama.domain.handler import PermanentError

MOST_BYTES = 512 * 1024
"""Of one content: a notice has a few thousand."""
DRY_RUN = "dry-run:"
"""How the ledger's keys of what nobody else reads begin: the world has not been told of it."""
HEARD = "heard"
"""Stands in the answer of what is in doubt."""
_TOPIC = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_KEY = re.compile(r"[!-~]{1,200}")


class InDoubt(PermanentError):
    """It is not known whether something went out: a person has to find out before more does."""

    heard = ""
    """What was heard of the receiver, as in `the receiver answered 500`; empty if that is told
    already or nothing is known."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who tells something: a handler, about an event."""

    event: str
    handler: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent; PermanentError if it cannot be."""

    topic: str
    """Letters, digits, dots, dashes and underscores."""
    key: str
    """Tells it from all else that the handler sends about the event: printable, no spaces."""
    content: bytes

    def __post_init__(self) -> None:
        """Refuse names that no server or disk would take, and what is too large."""
        if not _TOPIC.fullmatch(self.topic):
            raise PermanentError(f"{self.topic!r} is no topic: use letters, digits, '.', '_', '-'")
        if not _KEY.fullmatch(self.key):
            raise PermanentError(f"{self.key!r} is no key: use up to 200 printable letters")
        if len(self.content) > MOST_BYTES:
            raise PermanentError(f"{len(self.content)} bytes: no more than {MOST_BYTES} are sent")

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the content."""
        return digest_bytes(self.content)


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that was sent, or may have been."""

    key: str
    topic: str
    number: int
    """1 for the first that the handler has sent about the event, and so on."""
    digest: str
    """SHA-256 of the content."""
    content: bytes
    sent_at: datetime
    """Aware, UTC; of what is in doubt, when the sending began."""
    answer: Mapping[str, object] = field(default_factory=dict[str, object])
    """What the receiver said, a JSON object; of what is in doubt at most what was `heard` of it."""
    state: Literal["sent", "in_doubt"] = "sent"

    @property
    def heard(self) -> str:
        """What is known of a sending that is in doubt; empty if it was cut short."""
        return str(self.answer.get(HEARD, ""))


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody has stopped all publication, for a while."""

    by: str
    reason: str
    since: datetime
    """Aware, UTC."""

    def __str__(self) -> str:
        """Say who has stopped it, and how it goes on."""
        when = f"{self.since:%Y-%m-%d %H:%M:%S} UTC"
        return (
            f"publication is paused by {self.by} since {when} ({self.reason}): "
            "`llama publish --resume --reason TEXT` goes on with it"
        )


class Outlet(Protocol):
    """The way to the world of one handler, about one event."""

    def earlier(self) -> tuple[Sent, ...]:
        """Return what this handler has sent about this event so far, oldest first.

        Also what may have been sent: `last_of` refuses to go by that.
        """
        ...

    def send(self, topic: str, key: str, content: bytes) -> Mapping[str, object]:
        """Send something; it is durable at the receiver's once this returns. Blocks.

        The same key again returns the first answer and sends nothing. InDoubt if a sending, of
        this key or before it, was cut short; PermanentError if the key was another content's, or
        it cannot be sent at all.
        """
        ...


def first_answer(
    earlier: Sequence[Sent], sender: Sender, parcel: Parcel
) -> Mapping[str, object] | None:
    """Return the answer that a parcel has had already; None if it is to be sent.

    InDoubt if it, or anything before it, may have gone out: what follows could contradict that.
    PermanentError if its key is that of another content.
    """
    known = next((one for one in earlier if one.key == parcel.key), None)
    if known is not None and (known.topic, known.digest) != (parcel.topic, parcel.digest):
        said = f"{sender.handler} of {sender.event} has sent another content as {parcel.key}"
        raise PermanentError(f"{said}: give each content a key of its own")
    if known is not None and known.state == "sent":
        return known.answer
    doubtful = next((one for one in earlier if one.state == "in_doubt"), None)
    if doubtful is not None:
        raise in_doubt(sender, doubtful)
    return None


def last_of(earlier: Sequence[Sent]) -> Sent | None:
    """Return the last thing that was sent; InDoubt if anything may have been."""
    for one in earlier:
        if one.state == "in_doubt":
            advice = "look at the receiver's, then say `llama publish confirm`"
            what = f"{one.topic} number {one.number} was sent or not"
            raise InDoubt(f"{what}: {_began(one, one.heard)}; {advice}")
    return earlier[-1] if earlier else None


def next_key(earlier: Sequence[Sent], content: bytes) -> str:
    """Return a key for a content: that of the last thing sent if it said the same, or a new one.

    So a run that is made again sends nothing again, and what was said before something else is
    said once more.
    """
    digest = digest_bytes(content)
    if earlier and earlier[-1].digest == digest:
        return earlier[-1].key
    return digest_json([digest, len(earlier)])[:32]


def in_doubt(sender: Sender, entry: Sent, heard: str = "") -> InDoubt:
    """Return the error that says which entry is in doubt, and what to do.

    `heard` is what has just been heard of its receiver; what the entry has is told anyway.
    """
    what = f"{entry.topic} number {entry.number} of {sender.event} ({sender.handler})"
    order = f"llama publish confirm {sender.event} {sender.handler} {entry.number}"
    advice = f"look at the receiver's, then say `{order} --reason TEXT --sent`, or `--not-sent`"
    again = f"`llama retry {sender.event} --reason TEXT`"
    began = _began(entry, heard or entry.heard)
    doubt = InDoubt(f"{what} was sent or not: {began}; {advice}, and {again}")
    doubt.heard = heard
    return doubt


def _began(entry: Sent, heard: str) -> str:
    moment = f"{entry.sent_at:%Y-%m-%d %H:%M:%S} UTC"
    if heard:
        return f"its sending began at {moment}, and {heard}"
    return f"its sending began at {moment} and was cut short"


def file_name(sender: Sender, entry: Sent) -> str:
    """Return the name under which a folder keeps a content: event, number, digest of the key."""
    return f"{sender.event}-{entry.number}-{digest_bytes(entry.key.encode())[:8]}.json"
