"""Consumer groups at work: timers and waiting clients around the state machine in group.py."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.group import Group
from llama.embedded.broker.membership import Join, Joined, Reply, Synced

_R = TypeVar("_R", Joined, Synced)
_MIN_SESSION_S, _MAX_SESSION_S = 1.0, 1800.0


@dataclass(slots=True)
class _LiveGroup:
    machine: Group
    joins: dict[str, asyncio.Future[Joined]] = field(
        default_factory=dict[str, asyncio.Future[Joined]]
    )
    syncs: dict[str, asyncio.Future[Synced]] = field(
        default_factory=dict[str, asyncio.Future[Synced]]
    )
    timer: asyncio.TimerHandle | None = None


class Coordinator:
    """All groups that have members now.

    Members are not kept over a restart: they join again by themselves.

    `initial_delay_s` is how long an empty group waits for company before its first generation.
    """

    def __init__(self, *, initial_delay_s: float) -> None:
        self._initial_delay_s = initial_delay_s
        self._groups: dict[str, _LiveGroup] = {}
        self._boot = os.urandom(6).hex()
        self._newcomers = 0

    def group(self, group_id: str) -> Group | None:
        """Show the state of a group; None when it has no members."""
        live = self._groups.get(group_id)
        return live.machine if live else None

    def group_ids(self) -> list[str]:
        """Name the groups that have members."""
        return list(self._groups)

    async def join(self, group_id: str, request: Join, *, known_id_first: bool) -> Joined:
        """Answer when the next generation of the group begins, or at once with an error."""
        if not group_id:
            return Joined(request.member_id, ErrorCode.INVALID_GROUP_ID)
        if not _MIN_SESSION_S <= request.session_timeout_s <= _MAX_SESSION_S:
            return Joined(request.member_id, ErrorCode.INVALID_SESSION_TIMEOUT)
        live = self._groups.setdefault(group_id, _LiveGroup(Group(self._initial_delay_s)))
        fresh_id = self._fresh_id(request.client_id)
        member_id = request.member_id or fresh_id
        stale = Joined(member_id, ErrorCode.UNKNOWN_MEMBER_ID)
        waiting = _wait_for(live.joins, member_id, stale=stale)
        now = asyncio.get_running_loop().time()
        replies = live.machine.join(
            request, fresh_id=fresh_id, now=now, known_id_first=known_id_first
        )
        self._settle(group_id, live, replies)
        return await waiting

    async def sync(
        self, group_id: str, member_id: str, generation: int, *, assignments: Mapping[str, bytes]
    ) -> Synced:
        """Answer when the leader has brought the assignments, or at once with an error."""
        live = self._groups.get(group_id)
        if live is None:
            return Synced(member_id, ErrorCode.UNKNOWN_MEMBER_ID)
        stale = Synced(member_id, ErrorCode.REBALANCE_IN_PROGRESS)
        waiting = _wait_for(live.syncs, member_id, stale=stale)
        now = asyncio.get_running_loop().time()
        replies = live.machine.sync(member_id, generation, assignments=assignments, now=now)
        self._settle(group_id, live, replies)
        return await waiting

    def heartbeat(self, group_id: str, member_id: str, generation: int) -> ErrorCode:
        """Keep a member alive."""
        live = self._groups.get(group_id)
        if live is None:
            return ErrorCode.UNKNOWN_MEMBER_ID
        return live.machine.heartbeat(member_id, generation, now=asyncio.get_running_loop().time())

    def leave(self, group_id: str, member_id: str) -> ErrorCode:
        """Let a member go."""
        live = self._groups.get(group_id)
        if live is None:
            return ErrorCode.UNKNOWN_MEMBER_ID
        error, replies = live.machine.leave(member_id, now=asyncio.get_running_loop().time())
        self._settle(group_id, live, replies)
        return error

    def commit_refusal(self, group_id: str, member_id: str, generation: int) -> ErrorCode:
        """Say why a client may not commit offsets for a group now; NONE when it may."""
        live = self._groups.get(group_id)
        if live is None:
            return ErrorCode.NONE if generation < 0 else ErrorCode.UNKNOWN_MEMBER_ID
        now = asyncio.get_running_loop().time()
        return live.machine.commit_refusal(member_id, generation, now=now)

    def close(self) -> None:
        """Stop all timers."""
        for live in self._groups.values():
            if live.timer:
                live.timer.cancel()

    def _fresh_id(self, client_id: str) -> str:
        self._newcomers += 1
        return f"{client_id}-{self._boot}-{self._newcomers}"

    def _tick(self, group_id: str, live: _LiveGroup) -> None:
        live.timer = None
        replies = live.machine.tick(now=asyncio.get_running_loop().time())
        self._settle(group_id, live, replies)

    def _settle(self, group_id: str, live: _LiveGroup, replies: list[Reply]) -> None:
        """Deliver what is due, and come back when the machine has to look at the clock again."""
        for reply in replies:
            _deliver(live, reply)
        deadline = live.machine.next_deadline()
        if deadline is None:
            if not live.machine.members and self._groups.get(group_id) is live:
                del self._groups[group_id]
            return
        if live.timer and live.timer.when() > deadline:
            live.timer.cancel()
            live.timer = None
        if live.timer is None:
            loop = asyncio.get_running_loop()
            live.timer = loop.call_at(deadline, self._tick, group_id, live)


def _wait_for(
    waiting: dict[str, asyncio.Future[_R]], member_id: str, *, stale: _R
) -> asyncio.Future[_R]:
    """Wait for the reply to a member; an older request of the same member gets the stale reply."""
    former = waiting.get(member_id)
    if former and not former.done():
        former.set_result(stale)
    waiting[member_id] = asyncio.get_running_loop().create_future()
    return waiting[member_id]


def _deliver(live: _LiveGroup, reply: Reply) -> None:
    match reply:
        case Joined():
            _resolve(live.joins, reply.member_id, reply)
        case Synced():
            _resolve(live.syncs, reply.member_id, reply)


def _resolve(waiting: dict[str, asyncio.Future[_R]], member_id: str, reply: _R) -> None:
    future = waiting.pop(member_id, None)
    if future and not future.done():
        future.set_result(reply)
