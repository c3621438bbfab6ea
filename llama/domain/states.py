"""The values that make up the state of one event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from llama.domain.flags import Flags
from llama.domain.persistent import Map, Names, Table
from schemas.facts import AlertType
from schemas.files import FileContent, InputDigests, Manifest

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """What folding a fact did."""

    APPLIED = "applied"
    """It changed the state."""
    SUPERSEDED = "superseded"
    """A result from inputs, code or a request that are no longer the latest: recorded only."""
    REDUNDANT = "redundant"
    """It says again what was already known: recorded only."""
    IGNORED = "ignored"
    """It does not bear on the state: an older notice, a lower epoch, an announcement."""


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice of the event, as far as the fold needs it."""

    identity: str
    alert_type: AlertType
    time_created: datetime
    event_time: datetime | None
    significant: bool | None
    is_test: bool
    raw: str
    fact: str
    files: tuple[FileContent, ...]
    far: float | None = None
    """False alarm rate in Hz."""
    classification: Mapping[str, float] | None = None
    """The probability of each class of source."""

    @property
    def age_key(self) -> tuple[bool, datetime, int, bool, str, tuple[str, ...]]:
        """Order notices: the greatest is the newest.

        A test is older than whatever is real. Then their own time decides; of equal times the type,
        then whether a map comes with it (archives have the same notice with and without), and at
        last, so that the order of arrival never decides, identity and content.
        """
        is_real, rank = not self.is_test, self.alert_type.rank
        digests = tuple(content.digest for content in self.files)
        has_map = any("skymap" in content.aspects for content in self.files)
        return is_real, self.time_created, rank, has_map, self.identity, digests


@dataclass(frozen=True, slots=True)
class PutByHand:
    """Who put a content in its place, when, and why."""

    by: str
    at: datetime
    reason: str

    @property
    def told(self) -> str:
        """The same in words."""
        why = f": {self.reason}" if self.reason else ""
        return f"put by {self.by or 'hand'} at {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC{why}"


@dataclass(frozen=True)
class StoredFile:
    """The latest content of a file; it stays until it is replaced or deleted."""

    content: FileContent
    version: int
    """0 for the first content, one more for every different one."""
    fact: str
    """Id of the fact that brought this content."""
    at: datetime
    put: PutByHand | None = None
    """None if a notice or a run brought it."""


@dataclass(frozen=True, slots=True)
class Made:
    """The latest accepted run of a handler, or what somebody put in place of its result."""

    fact: str
    need: str
    code: str
    inputs: InputDigests
    files: Mapping[str, str]
    """Digest of each file that it made."""
    at: datetime
    wall_s: float
    valid_until: datetime | None = None
    """When its content will no longer do."""
    put: PutByHand | None = None
    """None for a run: else somebody put files in place, which count as made."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The latest failure of a handler for one need."""

    need: str
    attempt: int
    number: int
    """How many runs for this need have failed; runs that were overtaken do not count."""
    error: str
    message: str
    at: datetime
    retry_at: datetime | None
    """None: it has failed for good with these inputs."""


@dataclass(frozen=True)
class EventState:
    """Everything that the facts of an event amount to."""

    event: str
    sequence: int = 0
    """Facts folded so far."""
    epoch: int = 0
    manifest: Manifest | None = None
    notices: Table[NoticeRecord] = field(default_factory=Map[str, NoticeRecord])
    """By identity."""
    current_notice: str = ""
    flags: Flags = field(default_factory=Flags)
    flags_set: Names = field(default_factory=Map[str, None])
    """The flags that somebody set: the preset of the first notice leaves them alone."""
    files: Table[StoredFile] = field(default_factory=Map[str, StoredFile])
    deleted: Names = field(default_factory=Map[str, None])
    """Files that an operator deleted: missing, though their latest digest is remembered."""
    first_file_at: datetime | None = None
    """When the first file came: the time of the event's version 0."""
    tree_changed_at: datetime | None = None
    """When a file last came, got another content, or went."""
    made: Table[Made] = field(default_factory=Map[str, Made])
    """By handler, as are all mappings below."""
    failures: Table[Mapping[str, Failure]] = field(default_factory=Map[str, Mapping[str, Failure]])
    """By handler and need, since its last accepted run: `attempts.py` writes these two."""
    attempts: Table[Mapping[str, int]] = field(default_factory=Map[str, Mapping[str, int]])
    """The last attempt that was concluded in vain, by handler and need, since then."""
    requests: Table[str] = field(default_factory=Map[str, str])
    """Id of the latest fact (deletion, request, expiry) that asks for a new run."""
    expired: Names = field(default_factory=Map[str, None])
    """Handlers whose content is no longer valid."""
    vetoed: Table[str] = field(default_factory=Map[str, str])
    """The reason, by vetoed handler."""
    frozen: Table[str] = field(default_factory=Map[str, str])
    acts: Names = field(default_factory=Map[str, None])
    """Ids of the operators' acts applied: a repeated one changes nothing."""
    outcome: Outcome = Outcome.IGNORED
    """What the last fact did."""
    as_of: datetime = BEGINNING
    """The latest occurred_at so far: it never runs backwards."""
    worked_at: datetime = BEGINNING
    """When a notice, a result or a file last came in: what tells a young event from an old one."""

    @property
    def notice(self) -> NoticeRecord | None:
        """The newest notice by its own time, or None before the first."""
        return self.notices.get(self.current_notice)

    @property
    def reference(self) -> str:
        """How results name the notice that they go with, such as `S230914ak-2-Preliminary`.

        Its number is its place among the event's notices by their own times, of those that have
        come: the order of arrival does not matter, and of copies with and without a map one counts.
        """
        if (newest := self.notice) is None:
            return self.event
        alike = (one for one in self.notices.values() if one.is_test == newest.is_test)
        ordinal = len({(one.time_created, one.alert_type) for one in alike})
        return f"{self.event}-{ordinal}-{newest.alert_type.word}"

    @property
    def is_retracted(self) -> bool:
        """Whether the newest notice is a retraction."""
        return self.notice is not None and self.notice.alert_type is AlertType.RETRACTION

    def tree_file(self, name: str) -> StoredFile | None:
        """Return a file that exists, or None."""
        return None if name in self.deleted else self.files.get(name)

    @property
    def tree(self) -> dict[str, StoredFile]:
        """The files that exist, by name."""
        return {name: stored for name, stored in self.files.items() if name not in self.deleted}
