"""Who is in a consumer group: requests to join, members, and the replies they are owed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

from llama.embedded.broker.errors import ErrorCode

Protocols: TypeAlias = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Join:
    """A request to be a member.

    `member_id` is empty for a newcomer; protocols are in order of preference.
    """

    member_id: str
    instance_id: str | None
    client_id: str
    client_host: str
    session_timeout_s: float
    rebalance_timeout_s: float
    protocol_type: str
    protocols: Protocols


@dataclass(slots=True)
class Member:
    """One member; `joining` and `syncing` say that a reply is owed to it."""

    id: str
    join: Join
    deadline: float
    assignment: bytes = b""
    joining: bool = False
    syncing: bool = False

    @property
    def is_static(self) -> bool:
        """Whether it keeps its place while it restarts."""
        return self.join.instance_id is not None


@dataclass(frozen=True, slots=True)
class Joined:
    """The reply to a join; `members` (id, instance id, metadata) goes to the leader only."""

    member_id: str
    error: ErrorCode = ErrorCode.NONE
    generation: int = -1
    protocol: str = ""
    leader_id: str = ""
    members: tuple[tuple[str, str | None, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Synced:
    """The reply to a sync."""

    member_id: str
    error: ErrorCode = ErrorCode.NONE
    assignment: bytes = b""


Reply: TypeAlias = Joined | Synced


def may_expire(member: Member) -> bool:
    """Whether silence counts: a member we owe a reply cannot send heartbeats."""
    return not member.joining and not member.syncing


def owed_replies(member: Member, error: ErrorCode) -> list[Reply]:
    """Answer everything a member waits for with one error; nothing is owed to it afterwards."""
    replies: list[Reply] = []
    if member.joining:
        replies.append(Joined(member.id, error))
    if member.syncing:
        replies.append(Synced(member.id, error))
    member.joining = member.syncing = False
    return replies


def metadata_for(member: Member, protocol: str) -> bytes:
    """Give what a member said about itself for one protocol; empty when it does not speak it."""
    return dict(member.join.protocols).get(protocol, b"")


def common_protocols(members: list[Member]) -> set[str]:
    """Find the protocols that all of some members (at least one) speak."""
    return set[str].intersection(*({name for name, _ in m.join.protocols} for m in members))


def elect_protocol(members: list[Member]) -> str:
    """Every member votes for the first of its protocols that all members know."""
    common = common_protocols(members)
    votes = Counter(next(name for name, _ in m.join.protocols if name in common) for m in members)
    return votes.most_common(1)[0][0]
