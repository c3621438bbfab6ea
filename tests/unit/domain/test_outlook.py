"""What is kept up to date fact by fact equals what is assessed from scratch."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.assessment import Status
from llama.domain.event_state import evolve, replay
from llama.domain.needs import Assessor
from llama.domain.outlook import Outlook
from llama.domain.outlooks import Outlooks
from llama.domain.resolve import decide, decide_from, obsoleted_in
from llama.domain.states import EventState
from llama.domain.touched import touched
from llama.domain.wiring import Wiring, Wirings
from llama.domain.work import fold
from schemas.facts import AlertType, Fact, PipelineAdopted
from schemas.files import VetoSpec
from tests.support.facts import Story, a_content, a_pipeline
from tests.support.obsolescence import obsoleted
from tests.support.random_events import EVENT, START, happenings

MANY = settings(max_examples=60, deadline=None)
VERY_MANY = settings(max_examples=250, deadline=None)
LATER = START + timedelta(hours=2)


def outlooks_of(facts: list[Fact]) -> Iterator[tuple[EventState, Fact, Outlook]]:
    """Give the state before each fact, the fact, and the outlook after it."""
    outlook = Outlook.of(EventState(EVENT))
    for fact in facts:
        before = outlook.state
        outlook = outlook.after(fact)
        yield before, fact, outlook


@MANY
@given(happenings())
def test_the_outlook_folds_as_evolve_does(facts: list[Fact]) -> None:
    for before, fact, outlook in outlooks_of(facts):
        assert outlook.state == evolve(before, fact)


@VERY_MANY
@given(happenings())
def test_every_handler_is_what_it_is_from_scratch(facts: list[Fact]) -> None:
    for _, fact, outlook in outlooks_of(facts):
        assert outlook.all() == Assessor(outlook.state).all(), fact


@MANY
@given(happenings(), st.sampled_from([START, LATER]))
def test_the_decision_is_what_it_is_from_scratch(facts: list[Fact], now: datetime) -> None:
    for _, fact, outlook in outlooks_of(facts):
        assert decide_from(outlook, now) == decide(outlook.state, now), fact


@MANY
@given(happenings())
def test_what_a_fact_changed_is_what_differs_before_and_after(facts: list[Fact]) -> None:
    for before, fact, outlook in outlooks_of(facts):
        was = {one.handler.name: one for one in Assessor(before).all()}
        now = {one.handler.name: one for one in Assessor(outlook.state).all()}
        names = {name for name in was | now if was.get(name) != now.get(name)}

        changed = outlook.reassessed
        assert changed.keys() == names, fact
        assert [(changed[name].was, changed[name].now) for name in names] == [
            (was.get(name), now.get(name)) for name in names
        ]


@MANY
@given(happenings())
def test_the_same_is_announced_as_obsolete(facts: list[Fact]) -> None:
    for before, fact, outlook in outlooks_of(facts):
        expected = obsoleted(before, outlook.state, cause=fact.id)

        assert obsoleted_in(outlook, cause=fact.id) == expected


@MANY
@given(happenings(), happenings(), st.integers(1, 2), st.integers(1, 5))
def test_outlooks_serve_several_events_in_batches(
    some: list[Fact], others: list[Fact], most: int, size: int
) -> None:
    """With room for one outlook only, each event's is made from scratch again and again."""
    facts = [fact for pair in zip(some, about("S2", others), strict=False) for fact in pair]
    states, outlooks = dict[str, EventState](), Outlooks(most)

    for start in range(0, len(facts), size):
        for step in fold(
            [(0, start, fact) for fact in facts[start : start + size]], states, outlooks
        ):
            assert step.outlook.state is step.after
            assert step.outlook.all() == Assessor(step.after).all()

    for event, state in states.items():
        assert state == replay(event, [fact for fact in facts if fact.event == event])


def about(event: str, facts: list[Fact]) -> list[Fact]:
    """Tell the same of another event."""
    return [fact.model_copy(update={"event": event}) for fact in facts]


def test_an_outlook_is_kept_for_the_very_state_that_it_was_made_of() -> None:
    story, outlooks = Story(), Outlooks()
    before, fact = story.steps[0].before, story.steps[0].fact

    outlook = outlooks.after(before, fact)

    assert outlooks.of(outlook.state) is outlook
    assert outlooks.of(story.state) is not outlook
    assert outlooks.of(story.state).all() == outlook.all()


def test_a_step_that_is_taken_back_is_taken_again() -> None:
    story, outlooks = Story(), Outlooks()
    story.notice()
    adopted, noticed = story.steps
    before = outlooks.after(adopted.before, adopted.fact).state
    taken = outlooks.after(before, noticed.fact)

    again = outlooks.after(before, noticed.fact)

    assert again == taken


def test_events_of_equal_pipelines_share_one_wiring() -> None:
    outlooks = Outlooks()
    one, other = Story(event="S1").state, Story(event="S2").state
    assert one.manifest is not other.manifest

    assert outlooks.of(one).wiring is outlooks.of(other).wiring


def test_a_digest_that_lies_does_not_lend_a_wiring() -> None:
    wirings = Wirings()
    one, other = a_pipeline("alert -> a"), a_pipeline("alert -> b")
    lying = other.model_copy(update={"digest": one.digest})

    assert wirings.of(one).by_name.keys() == {"alert", "a"}
    assert wirings.of(lying).by_name.keys() == {"alert", "b"}


def test_a_result_concerns_its_handler_and_who_uses_what_changed_in_it() -> None:
    story = Story("alert -> map; map#pixels -> plot; map#header -> title; alert -> info")
    story.notice()
    story.make("map", "one", pixels="a", header="h")
    story.settle()
    story.notice(content="another")

    step = story.make("map", "two", pixels="b", header="h")

    wiring = Wiring(step.after.manifest)
    assert set(touched(wiring, step.before, step.after, step.fact)) == {"map", "plot"}


def test_a_retraction_concerns_every_handler() -> None:
    story = Story("alert -> map -> plot")
    story.notice()

    step = story.notice(AlertType.RETRACTION)

    wiring = Wiring(step.after.manifest)
    assert set(touched(wiring, step.before, step.after, step.fact)) == {"alert", "map", "plot"}


def assert_kept_up_to_date(story: Story) -> None:
    outlook = Outlook.of(EventState(story.event))
    for step in story.steps:
        outlook = outlook.after(step.fact)
        assert outlook.state == step.after
        assert outlook.all() == Assessor(step.after).all(), step.fact


def test_a_deleted_file_that_is_frozen_is_no_input_any_more() -> None:
    story = Story("alert -> map -> plot -> page")
    story.notice()
    story.settle()
    story.operate("delete", "map")

    step = story.operate("freeze", "map")

    assert_kept_up_to_date(story)
    assert Assessor(step.before).named("plot") != Assessor(step.after).named("plot")


def test_a_deleted_file_vetoes_nothing_any_more() -> None:
    story = Story("alert -> map; alert, map? -> plot")
    story.notice()
    story.settle()
    digest = story.state.files["map.json"].content.digest
    adopt_with(story, "plot", VetoSpec(subject="input", name="map.json#whole", equals=digest))
    vetoed = status_of(story, "plot")

    story.operate("delete", "map")

    assert_kept_up_to_date(story)
    assert (vetoed, status_of(story, "plot")) == (Status.VETOED, Status.WAITING)


def test_what_becomes_hidden_hides_what_is_made_from_it_though_its_status_stays() -> None:
    story = Story("alert -> map -> plot -> page; alert -> info -> plot")
    story.notice(significant=True)
    story.settle()
    story.operate("veto", "map")
    adopt_with(story, "info", VetoSpec(subject="notice", name="significant", equals=False))
    before = Assessor(story.state).named("page")

    story.notice(content="another", significant=False)

    assert_kept_up_to_date(story)
    after = Assessor(story.state).named("page")
    assert before is not None
    assert before.status is Status.BLOCKED
    assert after == replace(before, is_hidden=True)


def adopt_with(story: Story, name: str, veto: VetoSpec) -> None:
    """Adopt the same pipeline, but that one handler is vetoed under a condition."""
    manifest = a_pipeline(story.graph)
    handlers = tuple(
        spec.model_copy(update={"vetoes": (veto,)}) if spec.name == name else spec
        for spec in manifest.handlers
    )
    changed = manifest.model_copy(update={"handlers": handlers})
    story.tell(
        PipelineAdopted(
            id="adopt", occurred_at=story.now, event=story.event, epoch=2, manifest=changed
        )
    )


def status_of(story: Story, name: str) -> Status | None:
    assessed = Assessor(story.state).named(name)
    return assessed.status if assessed else None


def test_a_notice_that_brings_what_a_handler_makes_concerns_the_handler() -> None:
    story = Story("alert -> map -> plot")
    story.notice()
    story.settle()

    step = story.notice(files=(a_content("map.json", "not made here"),))

    assert_kept_up_to_date(story)
    wiring = Wiring(step.after.manifest)
    concerned = set(touched(wiring, step.before, step.after, step.fact))
    assert concerned == {"alert", "map", "plot"}


def test_a_chain_longer_than_pythons_stack_is_kept_up_to_date() -> None:
    names = ["alert", *(f"link{number}" for number in range(2000))]
    story = Story(" -> ".join(names))
    outlook = Outlook.of(story.state)

    for name in ("", *names[1:3]):
        step = story.make(name) if name else story.notice()
        outlook = outlook.after(step.fact)

    assert [one.handler.name for one in outlook.wanted()] == [names[3]]
    assert outlook.all() == Assessor(story.state).all()
