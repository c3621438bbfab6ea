"""A consumer group as a state machine without clocks, sockets or tasks.

Every method takes the present time (seconds, any monotonic origin) and returns the replies that are
due: joins and syncs are answered when the whole group has got that far, not when they arrive.
States and rules follow the group protocol of Kafka (KIP-62 rebalance timeout, KIP-345 static
members, KIP-394 known member ids).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.membership import (
    Join,
    Joined,
    Member,
    Reply,
    Synced,
    common_protocols,
    elect_protocol,
    may_expire,
    metadata_for,
    owed_replies,
)


class GroupState(Enum):
    """Where a group is between two generations; the values are what DescribeGroups shows."""

    EMPTY = "Empty"
    PREPARING = "PreparingRebalance"
    COMPLETING = "CompletingRebalance"
    STABLE = "Stable"


_AGAIN = ErrorCode.REBALANCE_IN_PROGRESS


@dataclass(slots=True)
class Group:
    """The members of one group and the generation they are in."""

    initial_delay_s: float = 0.0
    state: GroupState = GroupState.EMPTY
    generation: int = 0
    protocol_type: str = ""
    protocol: str = ""
    leader_id: str = ""
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    invited: dict[str, float] = field(default_factory=dict[str, float])
    _rebalance_deadline: float = 0.0
    _is_gathering: bool = False

    def join(
        self, request: Join, *, fresh_id: str, now: float, known_id_first: bool = False
    ) -> list[Reply]:
        """Take in a newcomer under `fresh_id`, or a member that joins again.

        With `known_id_first` a dynamic newcomer only learns its id and must come again with it.
        """
        error = self._refusal(request)
        if error:
            return [Joined(request.member_id or fresh_id, error)]
        if request.member_id in self.members:
            return self._rejoin(self.members[request.member_id], request, now)
        if not request.member_id and request.instance_id is not None:
            return self._join_static(request, fresh_id, now)
        if not request.member_id and known_id_first:
            self.invited[fresh_id] = now + request.session_timeout_s
            return [Joined(fresh_id, ErrorCode.MEMBER_ID_REQUIRED)]
        self.invited.pop(request.member_id, None)
        return self._admit(request.member_id or fresh_id, request, now)

    def sync(
        self, member_id: str, generation: int, *, assignments: Mapping[str, bytes], now: float
    ) -> list[Reply]:
        """Hand out the assignments when the leader brings them; other members wait for that."""
        error = self._check(member_id, generation)
        if error or self.state is GroupState.PREPARING:
            return [Synced(member_id, error or ErrorCode.REBALANCE_IN_PROGRESS)]
        member = self.members[member_id]
        self._touch(member, now)
        if self.state is GroupState.STABLE:
            return [Synced(member_id, assignment=member.assignment)]
        member.syncing = True
        return self._distribute(assignments, now) if member_id == self.leader_id else []

    def heartbeat(self, member_id: str, generation: int, *, now: float) -> ErrorCode:
        """Keep a member alive; REBALANCE_IN_PROGRESS tells it to join again."""
        error = self._check(member_id, generation)
        if error:
            return error
        self._touch(self.members[member_id], now)
        preparing = self.state is GroupState.PREPARING
        return ErrorCode.REBALANCE_IN_PROGRESS if preparing else ErrorCode.NONE

    def leave(self, member_id: str, *, now: float) -> tuple[ErrorCode, list[Reply]]:
        """Let a member go at its own wish."""
        if self.invited.pop(member_id, None) is not None:
            return ErrorCode.NONE, []
        if member_id not in self.members:
            return ErrorCode.UNKNOWN_MEMBER_ID, []
        return ErrorCode.NONE, self._remove([member_id], now)

    def commit_refusal(self, member_id: str, generation: int, *, now: float) -> ErrorCode:
        """Say why offsets may not be committed; a client outside the group has generation -1."""
        if generation < 0 and not self.members:
            return ErrorCode.NONE
        error = self._check(member_id, generation)
        if error:
            return error
        self._touch(self.members[member_id], now)
        completing = self.state is GroupState.COMPLETING
        return ErrorCode.REBALANCE_IN_PROGRESS if completing else ErrorCode.NONE

    def next_deadline(self) -> float | None:
        """When `tick` must be called at the latest; None when nothing is pending."""
        deadlines = [member.deadline for member in self.members.values() if may_expire(member)]
        deadlines += self.invited.values()
        if self.state is GroupState.PREPARING:
            deadlines.append(self._rebalance_deadline)
        return min(deadlines, default=None)

    def tick(self, *, now: float) -> list[Reply]:
        """Remove dead members and end a rebalance whose time is up."""
        self.invited = {id_: deadline for id_, deadline in self.invited.items() if deadline > now}
        dead = [m.id for m in self.members.values() if may_expire(m) and m.deadline <= now]
        replies = self._remove(dead, now) if dead else []
        if self.state is GroupState.PREPARING and self._rebalance_deadline <= now:
            replies += self._complete(now)
        return replies

    def _refusal(self, request: Join) -> ErrorCode:
        known = request.member_id in self.members or request.member_id in self.invited
        if request.member_id and not known:
            return ErrorCode.UNKNOWN_MEMBER_ID
        offered = {name for name, _ in request.protocols}
        others = [m for m in self.members.values() if m.id != request.member_id]
        if others and request.protocol_type != self.protocol_type:
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
        if not offered or (others and not offered & common_protocols(others)):
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
        return ErrorCode.NONE

    def _check(self, member_id: str, generation: int) -> ErrorCode:
        if member_id not in self.members:
            return ErrorCode.UNKNOWN_MEMBER_ID
        return ErrorCode.NONE if generation == self.generation else ErrorCode.ILLEGAL_GENERATION

    def _admit(self, member_id: str, request: Join, now: float) -> list[Reply]:
        self.protocol_type = request.protocol_type
        self.members[member_id] = Member(member_id, request, now, joining=True)
        return self._rebalance(now)

    def _rejoin(self, member: Member, request: Join, now: float) -> list[Reply]:
        changed = member.join.protocols != request.protocols
        member.join = request
        self._touch(member, now)
        settled = self.state is GroupState.COMPLETING or (
            self.state is GroupState.STABLE and member.id != self.leader_id
        )
        if settled and not changed:
            return [self._joined(member)]
        member.joining = True
        return self._rebalance(now)

    def _join_static(self, request: Join, fresh_id: str, now: float) -> list[Reply]:
        """Put a static member in the place of its former self, without a rebalance if possible."""
        former = next(
            (m for m in self.members.values() if m.join.instance_id == request.instance_id), None
        )
        if former is None:
            return self._admit(fresh_id, request, now)
        replies = owed_replies(former, ErrorCode.FENCED_INSTANCE_ID)
        was_leader = former.id == self.leader_id
        same = former.join.protocols == request.protocols
        del self.members[former.id]
        member = Member(fresh_id, request, now, assignment=former.assignment)
        self.members[fresh_id] = member
        self._touch(member, now)
        if was_leader:
            self.leader_id = fresh_id
        if self.state is GroupState.STABLE and same:
            # Naming the former id as leader keeps a leader that returns from assigning anew.
            leader = former.id if was_leader else self.leader_id
            return [
                *replies,
                Joined(fresh_id, ErrorCode.NONE, self.generation, self.protocol, leader),
            ]
        member.joining = True
        return replies + self._rebalance(now)

    def _rebalance(self, now: float) -> list[Reply]:
        replies: list[Reply] = []
        if self.state is not GroupState.PREPARING:
            replies = [
                reply
                for m in self.members.values()
                if m.syncing
                for reply in owed_replies(m, _AGAIN)
            ]
            self._is_gathering = self.state is GroupState.EMPTY and self.initial_delay_s > 0
            longest = max(member.join.rebalance_timeout_s for member in self.members.values())
            self._rebalance_deadline = now + (
                self.initial_delay_s if self._is_gathering else longest
            )
            self.state = GroupState.PREPARING
        everyone = all(member.joining for member in self.members.values())
        return replies + (self._complete(now) if everyone and not self._is_gathering else [])

    def _complete(self, now: float) -> list[Reply]:
        """Begin the next generation with those who joined; static members need not have."""
        self._is_gathering = False
        absent = [m.id for m in self.members.values() if not m.joining and not m.is_static]
        for member_id in absent:
            del self.members[member_id]
        if not self.members:
            self._become_empty()
            return []
        joined = [member for member in self.members.values() if member.joining]
        if not joined:
            self._rebalance_deadline = now + max(
                m.join.rebalance_timeout_s for m in self.members.values()
            )
            return []
        self.generation += 1
        self.state = GroupState.COMPLETING
        self.protocol = elect_protocol(list(self.members.values()))
        if self.leader_id not in {member.id for member in joined}:
            self.leader_id = joined[0].id
        for member in joined:
            member.joining = False
            self._touch(member, now)
        return [self._joined(member) for member in joined]

    def _distribute(self, assignments: Mapping[str, bytes], now: float) -> list[Reply]:
        self.state = GroupState.STABLE
        replies: list[Reply] = []
        for member in self.members.values():
            member.assignment = assignments.get(member.id, b"")
            if member.syncing:
                member.syncing = False
                self._touch(member, now)
                replies.append(Synced(member.id, assignment=member.assignment))
        return replies

    def _remove(self, member_ids: list[str], now: float) -> list[Reply]:
        replies: list[Reply] = []
        for member_id in member_ids:
            replies += owed_replies(self.members.pop(member_id), ErrorCode.UNKNOWN_MEMBER_ID)
        if not self.members:
            self._become_empty()
            return replies
        return replies + self._rebalance(now)

    def _become_empty(self) -> None:
        self.state = GroupState.EMPTY
        self.generation += 1
        self.leader_id = self.protocol = ""

    def _joined(self, member: Member) -> Joined:
        roster = tuple(
            (m.id, m.join.instance_id, metadata_for(m, self.protocol))
            for m in self.members.values()
        )
        return Joined(
            member.id,
            ErrorCode.NONE,
            self.generation,
            self.protocol,
            self.leader_id,
            roster if member.id == self.leader_id else (),
        )

    def _touch(self, member: Member, now: float) -> None:
        member.deadline = now + member.join.session_timeout_s
