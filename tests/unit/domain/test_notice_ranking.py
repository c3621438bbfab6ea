"""How rare an event is, and what it may be: what is taken from a notice and what is not."""

import json

import pytest

from llama.domain.labels import Label
from llama.domain.notice import Notice, read_notice
from llama.domain.notice.fact import trigger_of
from llama.domain.notice.provenance import Provenance
from llama.domain.told import classes_of, far_of, labels_of
from schemas.facts import FACTS, AlertType, Source, TriggerReceived
from tests.support.facts import START, Story, a_trigger
from tests.support.notices import a_notice, an_event, an_external

MANY = {f"class{number}": number / 100 for number in range(40)}


def read(**event: object) -> Notice:
    notice = read_notice(a_notice(event=an_event(**event)))
    assert isinstance(notice, Notice)
    return notice


def told(**changes: object) -> TriggerReceived:
    raw = a_notice(**changes)
    notice = read_notice(raw)
    assert isinstance(notice, Notice)
    source = Source(topic="igwn.gwalert", partition=0, offset=0)
    return trigger_of(notice, Provenance(raw, source, START))


def test_a_notice_tells_its_rate_and_its_classes() -> None:
    notice = read(far=9.11e-14, classification={"BNS": 1, "Terrestrial": 0.0})

    assert notice.far == 9.11e-14
    assert notice.classification == {"BNS": 1.0, "Terrestrial": 0.0}


@pytest.mark.parametrize("far", [None, -1e-9, 1e300, 10**400, "1e-9", True, [1e-9], {}])
def test_a_rate_that_cannot_be_is_not_taken_up(far: object) -> None:
    assert read(far=far).far is None


@pytest.mark.parametrize(
    "classes", [None, {}, [0.5], "BNS", {"BNS": 1.5}, {"BNS": None}, {"BNS": True}, {"<b>": 0.5}]
)
def test_classes_that_cannot_be_are_not_taken_up(classes: object) -> None:
    assert read(classification=classes).classification is None


def test_of_very_many_classes_the_most_probable_are_taken_up() -> None:
    kept = read(classification=MANY).classification

    assert kept == {f"class{number}": number / 100 for number in range(24, 40)}


def test_the_fact_carries_them() -> None:
    fact = told(event=an_event(far=1e-9, classification={"BNS": 0.5}))

    assert FACTS.validate_json(fact.model_dump_json()) == fact
    assert (fact.far, fact.classification) == (1e-9, {"BNS": 0.5})


def test_a_fact_from_before_is_read_as_ever() -> None:
    written = json.loads(a_trigger().model_dump_json())
    del written["far"], written["classification"]

    fact = FACTS.validate_python(written)

    assert isinstance(fact, TriggerReceived)
    assert (fact.far, fact.classification) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"far": -1.0},
        {"far": float("inf")},
        {"far": 1e10},
        {"classification": {"BNS": 1.01}},
        {"classification": {"<b>": 0.5}},
        {"classification": MANY},
    ],
    ids=str,
)
def test_a_fact_with_hostile_numbers_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        FACTS.validate_python({**a_trigger().model_dump(), **changes})


def test_the_newest_notice_that_tells_it_counts() -> None:
    story = Story()
    story.notice(AlertType.PRELIMINARY, far=1e-6, classification={"BBH": 1.0})
    story.notice(AlertType.UPDATE, far=1e-9, classification={"BNS": 0.5, "NSBH": 0.5})
    story.notice(AlertType.RETRACTION)

    assert far_of(story.state) == 1e-9
    assert classes_of(story.state) == (("BNS", 0.5), ("NSBH", 0.5))


def test_labels_follow_the_newest_notice() -> None:
    story = Story()
    story.notice(AlertType.PRELIMINARY, is_test=True)
    before = labels_of(story.state)
    story.notice(AlertType.RETRACTION, is_test=True)

    assert before == {Label.PRELIMINARY, Label.SIGNIFICANT, Label.TEST}
    assert labels_of(story.state) == {Label.RETRACTED, Label.SIGNIFICANT, Label.TEST}


@pytest.mark.parametrize("significant", [True, False, None])
def test_significance_is_a_label_only_if_it_is_told(significant: bool | None) -> None:  # noqa: FBT001
    story = Story()
    story.notice(significant=significant)

    expected = {True: Label.SIGNIFICANT, False: Label.LOW_SIGNIFICANCE}
    ranks = labels_of(story.state) & set(expected.values())
    assert ranks == ({expected[significant]} if significant is not None else set())


@pytest.mark.parametrize(("external", "labels"), [(an_external(), {Label.EXTERNAL}), (None, set())])
def test_a_coincidence_is_a_label(external: object, labels: set[Label]) -> None:
    story = Story()
    fact = told(external_coinc=external)
    story.tell(fact.model_copy(update={"event": story.event}))

    assert labels_of(story.state) & {Label.EXTERNAL} == labels
