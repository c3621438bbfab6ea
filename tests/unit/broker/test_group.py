"""The state machine of consumer groups, without a server."""

from __future__ import annotations

from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.group import Group, GroupState
from llama.embedded.broker.membership import Join, Joined, Reply, Synced

SESSION_S, REBALANCE_S = 10.0, 30.0


def a_join(
    member_id: str = "", *, instance: str | None = None, protocols: tuple[str, ...] = ("range",)
) -> Join:
    return Join(
        member_id=member_id,
        instance_id=instance,
        client_id="client",
        client_host="here",
        session_timeout_s=SESSION_S,
        rebalance_timeout_s=REBALANCE_S,
        protocol_type="consumer",
        protocols=tuple((name, name.encode()) for name in protocols),
    )


def joined(replies: list[Reply]) -> dict[str, Joined]:
    return {reply.member_id: reply for reply in replies if isinstance(reply, Joined)}


def synced(replies: list[Reply]) -> dict[str, bytes]:
    return {reply.member_id: reply.assignment for reply in replies if isinstance(reply, Synced)}


def a_stable_group(*members: str, instance: str | None = None) -> Group:
    """Make a group that settled at time 0; the first member leads, each is assigned its name."""
    group = Group()
    for name in members:
        group.join(a_join(instance=instance), fresh_id=name, now=0.0)
        for other in list(group.members):
            if not group.members[other].joining:
                group.join(a_join(other, instance=instance), fresh_id="", now=0.0)
    assignments = {name: name.encode() for name in members}
    for name in reversed(members):
        group.sync(name, group.generation, assignments=assignments, now=0.0)
    assert group.state is GroupState.STABLE
    return group


def test_the_first_member_leads_and_sees_the_roster():
    group = Group()

    reply = joined(group.join(a_join(), fresh_id="a", now=0.0))["a"]

    assert (reply.error, reply.generation, reply.leader_id) == (ErrorCode.NONE, 1, "a")
    assert reply.members == (("a", None, b"range"),)
    assert group.state is GroupState.COMPLETING


def test_a_newcomer_waits_until_the_others_join_again():
    group = a_stable_group("a")

    at_first = group.join(a_join(), fresh_id="b", now=1.0)
    told = group.heartbeat("a", group.generation, now=2.0)
    then = joined(group.join(a_join("a"), fresh_id="", now=3.0))

    assert at_first == []
    assert told is ErrorCode.REBALANCE_IN_PROGRESS
    assert {name: reply.generation for name, reply in then.items()} == {"a": 2, "b": 2}
    assert len(then["a"].members) == 2
    assert then["b"].members == ()


def test_followers_get_their_assignment_when_the_leader_brings_it():
    group = a_stable_group("a")
    group.join(a_join(), fresh_id="b", now=0.0)
    group.join(a_join("a"), fresh_id="", now=0.0)

    early = group.sync("b", 2, assignments={}, now=1.0)
    late = synced(group.sync("a", 2, assignments={"a": b"1", "b": b"2"}, now=2.0))

    assert early == []
    assert late == {"a": b"1", "b": b"2"}


def test_an_empty_group_waits_a_moment_for_company():
    group = Group(initial_delay_s=0.5)

    group.join(a_join(), fresh_id="a", now=0.0)
    group.join(a_join(), fresh_id="b", now=0.2)

    assert group.next_deadline() == 0.5
    assert set(joined(group.tick(now=0.5))) == {"a", "b"}
    assert group.generation == 1


def test_a_silent_member_is_removed_and_the_others_rebalance():
    group = a_stable_group("a", "b")
    group.heartbeat("a", group.generation, now=8.0)

    group.tick(now=SESSION_S)

    assert list(group.members) == ["a"]
    assert group.heartbeat("a", group.generation, now=11.0) is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_member_that_does_not_join_again_in_time_is_left_behind():
    group = a_stable_group("a", "b")
    group.join(a_join(), fresh_id="c", now=0.0)
    group.join(a_join("a"), fresh_id="", now=1.0)
    for second in range(2, 30, 5):
        group.heartbeat("b", group.generation, now=float(second))

    replies = joined(group.tick(now=REBALANCE_S))

    assert set(replies) == {"a", "c"}
    assert "b" not in group.members


def test_a_member_that_waits_for_us_is_never_declared_dead():
    group = a_stable_group("a")
    group.join(a_join(), fresh_id="b", now=0.0)
    group.heartbeat("a", group.generation, now=9.0)

    group.tick(now=SESSION_S + 5)

    assert set(group.members) == {"a", "b"}


def test_the_leader_dies_before_it_syncs_and_another_one_leads():
    group = a_stable_group("a", "b")
    group.join(a_join("a"), fresh_id="", now=0.0)
    group.join(a_join("b"), fresh_id="", now=0.0)
    group.sync("b", group.generation, assignments={}, now=1.0)

    told = group.tick(now=SESSION_S + 1)
    then = joined(group.join(a_join("b"), fresh_id="", now=12.0))

    assert told == [Synced("b", ErrorCode.REBALANCE_IN_PROGRESS)]
    assert then["b"].leader_id == "b"


def test_a_static_member_comes_back_without_a_rebalance():
    group = a_stable_group("old", instance="one")

    reply = joined(group.join(a_join(instance="one"), fresh_id="new", now=1.0))["new"]
    share = synced(group.sync("new", reply.generation, assignments={}, now=1.0))

    assert (reply.error, reply.generation) == (ErrorCode.NONE, 1)
    assert share == {"new": b"old"}
    assert group.heartbeat("old", 1, now=1.0) is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_static_member_is_fenced_when_its_double_comes():
    group = Group(initial_delay_s=1.0)
    group.join(a_join(instance="one"), fresh_id="first", now=0.0)

    replies = joined(group.join(a_join(instance="one"), fresh_id="second", now=0.1))

    assert replies["first"].error is ErrorCode.FENCED_INSTANCE_ID
    assert list(group.members) == ["second"]


def test_the_group_speaks_a_protocol_that_all_members_know():
    group = Group(initial_delay_s=1.0)
    group.join(a_join(protocols=("sticky", "range")), fresh_id="a", now=0.0)
    group.join(a_join(protocols=("range",)), fresh_id="b", now=0.0)

    group.tick(now=1.0)

    assert group.protocol == "range"


def test_a_member_without_a_common_protocol_is_refused():
    group = a_stable_group("a")

    [reply] = group.join(a_join(protocols=("other",)), fresh_id="b", now=0.0)

    assert reply == Joined("b", ErrorCode.INCONSISTENT_GROUP_PROTOCOL)


def test_offsets_of_an_old_generation_are_refused():
    group = a_stable_group("a")

    assert group.commit_refusal("a", 1, now=0.0) is ErrorCode.NONE
    assert group.commit_refusal("a", 0, now=0.0) is ErrorCode.ILLEGAL_GENERATION
    assert group.commit_refusal("", -1, now=0.0) is ErrorCode.UNKNOWN_MEMBER_ID


def test_the_last_member_to_leave_empties_the_group():
    group = a_stable_group("a")

    error, replies = group.leave("a", now=0.0)

    assert (error, replies) == (ErrorCode.NONE, [])
    assert group.state is GroupState.EMPTY
    assert group.next_deadline() is None


def test_an_invitation_that_nobody_takes_up_expires():
    group = Group()
    group.join(a_join(), fresh_id="a", now=0.0, known_id_first=True)

    group.tick(now=SESSION_S)

    [reply] = group.join(a_join("a"), fresh_id="", now=SESSION_S)
    assert reply == Joined("a", ErrorCode.UNKNOWN_MEMBER_ID)
