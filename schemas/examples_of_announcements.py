"""One realistic example of every message to subscribers: the story of schemas.examples again."""

from datetime import UTC, datetime
from hashlib import sha256

from schemas.base import Message
from schemas.facts import AlertType, Change
from schemas.public import (
    EventBegan,
    EventChanged,
    EventRetracted,
    FileBecameObsolete,
    FileMade,
    FileRemoved,
    Heartbeat,
    NoticeReceived,
    RevisionMade,
    SelectionChanged,
)
from schemas.selections import SelectionDefined, SelectionRemoved

EVENT = "S190814bv"


def _digest_of(words: str) -> str:
    """Stand in for the digest of some content: the digest of words that describe it."""
    return sha256(words.encode()).hexdigest()


def _at(minute: int, second: int = 0) -> datetime:
    return datetime(2019, 8, 14, 21, minute, second, tzinfo=UTC)


GATEWAY = "https://llama.example.org"
NOTICE = _digest_of("identity of the first notice")
FIRST_TRIGGER = f"{NOTICE[:32]}.{_digest_of('alert.json')[:8]}"
FIRST_MAP = _digest_of("map of the first notice")
SECOND_MAP = _digest_of("map of the second notice")
SECOND_TRIGGER = f"{_digest_of('identity of the second notice')[:32]}.{SECOND_MAP[:8]}"
CONTENT = _digest_of("skymap.fits")
COMMIT = _digest_of("a git commit")[:40]
MADE = f"{_digest_of('skymap.fits from the first map')[:32]}.1"

FILE_MADE = FileMade(
    id=_digest_of("skymap.fits was made")[:32],
    cause=MADE,
    occurred_at=_at(31, 46),
    event=EVENT,
    sequence=4,
    position="3:18",
    file="skymap.fits",
    handler="Skymap",
    source="run",
    version=0,
    digest=CONTENT,
    size=783360,
    url=f"{GATEWAY}/events/{EVENT}/files/skymap.fits?digest={CONTENT}",
)
FILE_BECAME_OBSOLETE = FileBecameObsolete(
    id=_digest_of("obsolete after the second notice")[:32],
    cause=SECOND_TRIGGER,
    occurred_at=_at(50, 11),
    event=EVENT,
    sequence=6,
    position="3:20",
    file="skymap.fits",
    handler="Skymap",
    version=0,
    digest=CONTENT,
    generation=MADE,
    cause_kind="TriggerReceived",
    because=(Change(input="alert.json#skymap", was=FIRST_MAP, now=SECOND_MAP),),
    reason=f"alert.json#skymap changed from {FIRST_MAP[:8]} to {SECOND_MAP[:8]}",
)
FILE_REMOVED = FileRemoved(
    id=_digest_of("skymap.fits was deleted")[:32],
    cause="request-1a2b",
    occurred_at=_at(58),
    event=EVENT,
    sequence=9,
    position="3:23",
    file="skymap.fits",
    handler="Skymap",
    version=0,
    digest=CONTENT,
)
EVENT_BEGAN = EventBegan(
    id=_digest_of("the event began")[:32],
    cause=FIRST_TRIGGER,
    occurred_at=_at(31, 43),
    event=EVENT,
    sequence=1,
    position="3:15",
    is_test=False,
    url=f"{GATEWAY}/events/{EVENT}",
)
NOTICE_RECEIVED = NoticeReceived(
    id=_digest_of("the first notice was received")[:32],
    cause=FIRST_TRIGGER,
    occurred_at=_at(31, 43),
    event=EVENT,
    sequence=1,
    position="3:15",
    notice=NOTICE,
    alert_type=AlertType.PRELIMINARY,
    time_created=_at(31, 40),
    newest=True,
    event_time=datetime(2019, 8, 14, 21, 10, 38, 995000, tzinfo=UTC),
    significant=True,
    far=2.033e-33,
    classification="NSBH",
)
EVENT_RETRACTED = EventRetracted(
    id=_digest_of("the event was retracted")[:32],
    cause=_digest_of("identity of a retraction")[:32],
    occurred_at=_at(59),
    event=EVENT,
    sequence=14,
    position="3:31",
    notice=_digest_of("identity of a retraction"),
)
EVENT_CHANGED = EventChanged(
    id=_digest_of("what skymap.fits changed")[:32],
    cause=MADE,
    occurred_at=_at(31, 46),
    event=EVENT,
    sequence=4,
    position="3:18",
    cause_kind="FileGenerated",
    standing="at work",
    alert_type=AlertType.PRELIMINARY,
    retracted=False,
    settled=False,
    flags={},
    files={"skymap.fits": "current", "skymap.png": "missing"},
)
REVISION_MADE = RevisionMade(
    id=_digest_of("the revision is there")[:32],
    cause=MADE,
    occurred_at=_at(31, 46),
    event=EVENT,
    commit=COMMIT,
    number=1,
    url=f"{GATEWAY}/{EVENT}.git",
)
SELECTION_CHANGED = SelectionChanged(
    id=_digest_of("the event entered the selection")[:32],
    cause=FIRST_TRIGGER,
    occurred_at=_at(31, 43),
    event=EVENT,
    selection="neutron-stars",
    definition="request-5f01",
    change="entered",
    sequence=1,
    position="3:15",
    standing="at work",
    alert_type=AlertType.PRELIMINARY,
    files={"alert.json": "current"},
    url=f"{GATEWAY}/events/{EVENT}",
)
HEARTBEAT = Heartbeat(
    id=_digest_of("a heartbeat")[:32],
    occurred_at=_at(59, 5),
    every_s=5.0,
    position="0:17,3:31",
)

SELECTION_DEFINED = SelectionDefined(
    id="request-5f01",
    occurred_at=_at(5),
    name="neutron-stars",
    criteria="p_gt=NSBH:0.5",
    by="operator on shift",
    reason="the optical follow-up wants to hear of them",
)
SELECTION_REMOVED = SelectionRemoved(
    id="request-5f02",
    occurred_at=_at(59, 30),
    name="neutron-stars",
    by="operator on shift",
    reason="the follow-up is over",
)

PUBLIC_EXAMPLES: tuple[Message, ...] = (
    FILE_MADE,
    FILE_BECAME_OBSOLETE,
    FILE_REMOVED,
    EVENT_BEGAN,
    NOTICE_RECEIVED,
    EVENT_RETRACTED,
    EVENT_CHANGED,
    REVISION_MADE,
    SELECTION_CHANGED,
    HEARTBEAT,
    SELECTION_DEFINED,
    SELECTION_REMOVED,
)
"""One of each class, in the order of the topics' catalogue."""
