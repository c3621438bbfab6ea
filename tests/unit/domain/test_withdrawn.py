"""Who speaks when an event is withdrawn: a handler that may have to take back what it said."""

from llama.domain.digests import digest_json
from llama.domain.needs import Assessor
from schemas.facts import FileVetoed
from schemas.flags import FlagName
from tests.support.world import World
from tests.unit.domain.test_vetoes import set_flag

ON, OFF = True, False


def a_world(*, flags: tuple[FlagName, ...] = ()) -> World:
    """Return a world in which `told` speaks when the event is withdrawn, and `plot` does not."""
    world = World(
        "finding <- alert#event", "told <- finding? alert#retracted", "plot <- finding told"
    )
    adopted = world.adopted(epoch=2)
    speaking = {"speaks_when_withdrawn": True, "flags": flags}
    handlers = tuple(
        one.model_copy(update=speaking) if one.name == "told" else one
        for one in adopted.manifest.handlers
    )
    manifest = adopted.manifest.model_copy(
        update={"handlers": handlers, "digest": digest_json("speaking")}
    )
    world.fold(adopted.model_copy(update={"manifest": manifest}))
    return world


def a_told_world(*, flags: tuple[FlagName, ...] = ()) -> World:
    world = a_world(flags=flags)
    world.notice("INITIAL", minute=1, event="a", retracted="no")
    world.settle()
    return world


def test_a_retraction_has_it_made_again_without_what_is_masked() -> None:
    world = a_told_world()

    world.notice("RETRACTION", minute=2, event="none", retracted="yes")
    need = world.need("told")

    assert need.inputs["finding#whole"] is None
    assert need.inputs["alert#retracted"] == digest_json("yes")
    assert world.settle() == ["told"]
    assert world.statuses() == {"finding": "masked", "told": "current", "plot": "masked"}


def test_a_newer_notice_has_it_made_once_more_after_what_it_uses() -> None:
    world = a_told_world()
    world.notice("RETRACTION", minute=2, event="none", retracted="yes")
    world.settle()

    world.notice("UPDATE", minute=3, event="b", retracted="no")

    assert world.settle() == ["finding", "told", "plot"]
    assert set(world.statuses().values()) == {"current"}


def test_the_same_finding_once_more_is_told_after_a_retraction() -> None:
    world = a_told_world()
    world.notice("RETRACTION", minute=2, event="none", retracted="yes")
    world.settle()

    world.notice("INITIAL", minute=3, event="a", retracted="no")

    assert world.settle()[-1:] == ["told"]
    assert set(world.statuses().values()) == {"current"}


def test_a_retraction_that_came_first_leaves_it_something_to_look_at() -> None:
    world = a_world()

    world.notice("RETRACTION", minute=1, event="none", retracted="yes")

    assert world.settle() == ["told"]


def test_the_flag_vetoed_has_it_made_again_and_lifting_it_too() -> None:
    world = a_told_world(flags=(FlagName.VETOED,))

    set_flag(world, FlagName.VETOED, ON)
    withdrawn = world.need("told").inputs["finding#whole"]
    ran = world.settle()
    statuses = world.statuses()
    set_flag(world, FlagName.VETOED, OFF)

    assert (withdrawn, ran) == (None, ["told"])
    assert statuses == {"finding": "vetoed", "told": "current", "plot": "vetoed"}
    assert world.settle() == ["told"]


def test_an_operators_veto_of_itself_holds() -> None:
    world = a_told_world()
    veto = FileVetoed(
        id="veto", occurred_at=world.now, event="MS1", handler="told", by="ada", reason="not now"
    )
    world.fold(veto)

    world.notice("RETRACTION", minute=2, event="none", retracted="yes")

    assert world.needs() == []
    assert world.statuses()["told"] == "vetoed"


def test_others_are_masked_as_ever_and_say_why() -> None:
    world = a_told_world()
    world.notice("RETRACTION", minute=2, event="none", retracted="yes")

    [plot] = [one for one in Assessor(world.state).all() if one.handler.name == "plot"]
    assert plot.reason.startswith("the event was retracted at")
