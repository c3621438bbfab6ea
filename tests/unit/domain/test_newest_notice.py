"""Which notice of an event is the newest, and how results name it."""

from itertools import permutations

import pytest

from schemas.facts import FlagsChanged, TriggerReceived
from schemas.flags import FlagName
from tests.support.world import START, World, a_trigger


def folded(*facts: TriggerReceived) -> World:
    world = World()
    for fact in facts:
        world.fold(fact)
    return world


def marked(fact: TriggerReceived) -> TriggerReceived:
    return fact.model_copy(update={"is_test": True})


def test_a_real_notice_takes_the_place_of_a_test_whatever_their_times() -> None:
    drill = marked(a_trigger("UPDATE", minute=9, skymap="drill"))
    real = a_trigger("PRELIMINARY", minute=1, skymap="real")

    for order in permutations((drill, real)):
        world = folded(*order)
        assert world.state.notice is not None
        assert not world.state.notice.is_test
        assert world.state.flags.ROLE == "observation"
        assert world.state.flags.UPLOAD


def test_what_somebody_set_stays_when_a_real_notice_follows_a_test() -> None:
    world = folded(marked(a_trigger("PRELIMINARY", minute=1)))
    world.fold(
        FlagsChanged(
            id="act", occurred_at=START, event=world.state.event, changes={FlagName.UPLOAD: False}
        )
    )

    world.fold(a_trigger("INITIAL", minute=2))

    assert (world.state.flags.UPLOAD, world.state.flags.ROLE) == (False, "observation")


def test_of_one_notice_with_and_without_a_map_the_one_with_the_map_counts() -> None:
    bare, whole = a_trigger("INITIAL", minute=1), a_trigger("INITIAL", minute=1, skymap="a")

    for order in permutations((bare, whole)):
        world = folded(*order)
        assert world.state.notice is not None
        assert world.state.notice.identity == whole.notice
        assert world.state.reference == f"{whole.event}-1-Initial"


@pytest.mark.parametrize(
    ("types", "name"),
    [
        (("PRELIMINARY",), "1-Preliminary"),
        (("EARLYWARNING", "PRELIMINARY", "INITIAL"), "3-Initial"),
        (("PRELIMINARY", "RETRACTION", "INITIAL"), "3-Initial"),
        (("EARLYWARNING",), "1-EarlyWarning"),
    ],
)
def test_results_name_the_newest_notice_by_its_place_and_type(
    types: tuple[str, ...], name: str
) -> None:
    facts = [a_trigger(kind, minute=minute) for minute, kind in enumerate(types)]

    named = {folded(*order, order[0]).state.reference for order in permutations(facts)}

    assert named == {f"{facts[0].event}-{name}"}


def test_an_event_without_a_notice_is_named_by_itself() -> None:
    assert World().state.reference == World().state.event
