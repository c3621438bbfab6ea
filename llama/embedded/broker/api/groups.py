"""Consumer groups: joining, staying, leaving, and looking at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.membership import Join, Joined, Member, metadata_for


async def join_group(broker: Broker, call: Call) -> Sequence[Any]:
    """Become a member of the next generation."""
    request = call.request
    session_s = request.session_timeout / 1000
    join = Join(
        member_id=request.member_id or "",
        instance_id=request.group_instance_id if call.version >= 5 else None,
        client_id=call.client_id,
        client_host=call.client_host,
        session_timeout_s=session_s,
        rebalance_timeout_s=request.rebalance_timeout / 1000 if call.version >= 1 else session_s,
        protocol_type=request.protocol_type or "",
        protocols=tuple((name, metadata or b"") for name, metadata in request.group_protocols),
    )
    name = request.group or ""
    known_id_first = call.version >= 4
    return _joined(
        call.version, await broker.coordinator.join(name, join, known_id_first=known_id_first)
    )


def _joined(version: int, joined: Joined) -> tuple[Any, ...]:
    members = [row if version >= 5 else (row[0], row[2]) for row in joined.members]
    answer = (
        joined.error,
        joined.generation,
        joined.protocol,
        joined.leader_id,
        joined.member_id,
        members,
    )
    return (0, *answer) if version >= 2 else answer


async def sync_group(broker: Broker, call: Call) -> Sequence[Any]:
    """Bring the assignments (the leader) or wait for one's own."""
    request = call.request
    assignments = {member: assignment or b"" for member, assignment in request.group_assignment}
    synced = await broker.coordinator.sync(
        request.group, request.member_id, request.generation_id, assignments=assignments
    )
    answer = (synced.error, synced.assignment)
    return (0, *answer) if call.version >= 1 else answer


async def heartbeat(broker: Broker, call: Call) -> Sequence[Any]:
    """Stay a member."""
    request = call.request
    error = broker.coordinator.heartbeat(request.group, request.member_id, request.generation_id)
    return (0, error) if call.version >= 1 else (error,)


async def leave_group(broker: Broker, call: Call) -> Sequence[Any]:
    """Stop being a member."""
    error = broker.coordinator.leave(call.request.group, call.request.member_id)
    return (0, error) if call.version >= 1 else (error,)


async def describe_groups(broker: Broker, call: Call) -> Sequence[Any]:
    """Show the state and the members of groups."""
    groups = [_description(broker, name) for name in call.request.groups]
    return (0, groups) if call.version >= 1 else (groups,)


def _description(broker: Broker, name: str) -> tuple[Any, ...]:
    group = broker.coordinator.group(name)
    if group is None:
        state = "Empty" if name in broker.catalogue.offsets else "Dead"
        return (ErrorCode.NONE, name, state, "", "", [])
    members = [_member(member, group.protocol) for member in group.members.values()]
    return (ErrorCode.NONE, name, group.state.value, group.protocol_type, group.protocol, members)


def _member(member: Member, protocol: str) -> tuple[Any, ...]:
    join = member.join
    metadata = metadata_for(member, protocol)
    return (member.id, join.client_id, f"/{join.client_host}", metadata, member.assignment)


async def list_groups(broker: Broker, call: Call) -> Sequence[Any]:
    """Name all groups that have members or committed offsets."""
    names = {*broker.coordinator.group_ids(), *broker.catalogue.offsets}
    groups: list[tuple[str, str]] = []
    for name in sorted(names):
        group = broker.coordinator.group(name)
        groups.append((name, group.protocol_type if group else "consumer"))
    return (0, ErrorCode.NONE, groups) if call.version >= 1 else (ErrorCode.NONE, groups)


async def delete_groups(broker: Broker, call: Call) -> Sequence[Any]:
    """Forget the committed offsets of groups without members."""
    return (0, [(name, _delete(broker, name)) for name in call.request.groups_names])


def _delete(broker: Broker, name: str) -> ErrorCode:
    if broker.coordinator.group(name) is not None:
        return ErrorCode.NON_EMPTY_GROUP
    if name not in broker.catalogue.offsets:
        return ErrorCode.GROUP_ID_NOT_FOUND
    broker.catalogue.delete_group(name)
    return ErrorCode.NONE
