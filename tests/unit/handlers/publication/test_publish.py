"""What is sent when: the receipt of the notice and the outlet behind it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llama.client.trial import try_handler
from llama.domain.handler import FileHandler, PermanentError
from llama.domain.outlet import InDoubt
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.publication.sequence import TEST_TOPIC, TOPIC
from llama.handlers.publish import PublishNotice
from llama.handlers.result_notice import ResultNotice
from tests.support.joint_samples import alert_json, neutrinos_json, significance_json
from tests.support.outlets import MemoryOutlet
from tests.unit.handlers.publication.checking import (
    complaints,
    gcn,
    made,
    profile,
    result_files,
)

FIRST = datetime(2023, 9, 14, 11, 30, tzinfo=UTC)
RETRACTED = alert_json(alert_type="RETRACTION", event=None)
Json = Mapping[str, object]


@dataclass(slots=True)
class World:
    """One event's outlet, and a clock that goes on by a minute with each run."""

    outlet: MemoryOutlet = field(default_factory=MemoryOutlet)
    runs: int = 0
    aspects: list[str] = field(default_factory=list[str])

    def publish(
        self, notice: Json | None, alert: Json | None = None, **flags: bool | str
    ) -> dict[str, object]:
        """Run the handler; return what the receipt answers."""
        self.runs += 1
        given: dict[type[FileHandler], object] = {Alert: alert or alert_json()}
        if notice is not None:
            given |= {ResultNotice: notice, NeutrinoList: neutrinos_json()}
        product = try_handler(
            PublishNotice,
            given,
            flags={"UPLOAD": True, **flags},
            eventid="S230914ak",
            now=FIRST + timedelta(minutes=self.runs),
            outlet=self.outlet,
        )[PublishNotice]
        receipt: dict[str, dict[str, object]] = json.loads(product.content)
        self.aspects.append(product.aspects["told"])
        return {**receipt["answer"], "told": receipt["told"]}

    def told(self, topic: str = TOPIC) -> list[tuple[object, object]]:
        """Return type and number of the notices of a topic."""
        notices = self.outlet.notices(topic)
        return [(one["alert_type"], one["record_number"]) for one in notices]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def result() -> Json:
    return made(result_files())


@pytest.fixture(scope="module")
def other() -> Json:
    return made(result_files(significance=significance_json(p_value=0.0042)))


def test_the_sequence_of_an_event(
    world: World, result: Json, other: Json, shared_data: Path
) -> None:
    world.publish(result)
    world.publish(other)
    world.publish(None, RETRACTED)
    world.publish(other)

    assert world.told() == [("initial", 1), ("update", 2), ("retraction", 3), ("update", 4)]
    assert {one["ref_ID"] for one in world.outlet.notices(TOPIC)} == {"S230914ak"}
    assert not world.told(TEST_TOPIC)
    for notice in world.outlet.notices(TOPIC):
        assert complaints(profile(), notice) == []
        assert complaints(gcn(shared_data), notice) == []


def test_nothing_is_sent_when_nothing_changed(world: World, result: Json) -> None:
    world.publish(result)
    answer = world.publish(result, alert_json(alert_type="INITIAL"))

    assert world.told() == [("initial", 1)]
    assert answer["because"] == "what was told last still holds"


def test_a_notice_is_completed_when_it_is_sent(world: World, result: Json) -> None:
    world.publish(result)

    (notice,) = world.outlet.notices(TOPIC)
    assert notice["alert_datetime"] == "2023-09-14T11:31:00.000Z"
    assert notice["reference"] == {"gcn.notices.LVK.alert": "S230914ak"}
    assert result.items() <= notice.items()


def test_the_receipt_lists_all_that_was_sent(world: World, result: Json, other: Json) -> None:
    world.publish(result)
    answer = world.publish(other)

    told, notices = answer["told"], answer["notices"]
    assert isinstance(told, list)
    assert isinstance(notices, list)
    assert [(one["alert_type"], one["record_number"]) for one in told] == world.told()
    assert [one["answer"] for one in notices] == [{"offset": 1}, {"offset": 2}]
    assert [one["digest"] for one in notices] == [one.digest for one in world.outlet.sent]


@pytest.mark.parametrize("name", ["MS230914ak", "TS230914ak"])
def test_a_test_goes_to_the_test_topic_without_leave(world: World, name: str) -> None:
    alert = alert_json(superevent_id=name)

    world.publish(made(result_files(alert=alert)), alert, UPLOAD=False)
    world.publish(None, alert_json(superevent_id=name, alert_type="RETRACTION", event=None))

    assert world.told(TEST_TOPIC) == [("initial", 1), ("retraction", 2)]
    assert not world.told(TOPIC)
    assert all(complaints(profile(), one) == [] for one in world.outlet.notices(TEST_TOPIC))


def test_without_leave_nothing_reaches_the_topic_of_observations(
    world: World, result: Json
) -> None:
    answer = world.publish(result, UPLOAD=False)

    assert not world.outlet.sent
    assert "its flag UPLOAD is not set" in str(answer["because"])


@pytest.mark.parametrize("alert", [None, RETRACTED])
def test_what_stands_because_leave_was_withdrawn_is_told(
    world: World, result: Json, alert: Json | None
) -> None:
    world.publish(result)
    tested = None if alert else {**result, "alert_tense": "test"}

    answer = world.publish(tested, alert, UPLOAD=False)

    assert world.told() == [("initial", 1)]
    assert "what was told there stands" in str(answer["because"])


def test_a_veto_after_a_publication_retracts_it_once(world: World, result: Json) -> None:
    world.publish(result)
    world.publish(None, VETOED=True)
    answer = world.publish(None, RETRACTED, VETOED=True)

    assert world.told() == [("initial", 1), ("retraction", 2)]
    assert answer["because"] == "an operator has vetoed the event: there is nothing to retract"


@pytest.mark.parametrize(("alert", "vetoed"), [(RETRACTED, False), (None, True)])
def test_nothing_is_retracted_that_was_not_told(
    world: World, alert: Json | None, *, vetoed: bool
) -> None:
    answer = world.publish(None, alert, VETOED=vetoed)

    assert not world.outlet.sent
    assert str(answer["because"]).endswith("there is nothing to retract")


def test_a_result_without_a_p_value_is_not_told(world: World, result: Json) -> None:
    world.publish(result)
    answer = world.publish({**result, "pval_bayesian": None})

    assert world.told() == [("initial", 1)]
    assert "no p-value" in str(answer["because"])


def test_without_a_result_the_receipt_says_so(world: World, result: Json) -> None:
    world.publish(result)
    answer = world.publish(None)

    assert world.told() == [("initial", 1)]
    assert answer["because"] == "there is no result to tell"


def test_what_turns_out_to_be_a_test_is_retracted_where_it_was_told(
    world: World, result: Json
) -> None:
    world.publish(result)
    world.publish({**result, "alert_tense": "test"})
    world.publish(result)

    assert world.told() == [("initial", 1), ("retraction", 2), ("update", 3)]
    assert world.told(TEST_TOPIC) == [("initial", 1), ("retraction", 2)]


@pytest.mark.parametrize("tense", ["current", "archival", None])
def test_a_test_that_says_it_is_none_is_not_told_at_all(world: World, tense: str | None) -> None:
    alert = alert_json(superevent_id="MS230914ak")
    by_hand = {**made(result_files(alert=alert)), "alert_tense": tense}

    with pytest.raises(PermanentError, match=r"alert_tense is .* of MS230914ak only test"):
        world.publish(by_hand, alert)
    assert not world.outlet.sent


def test_the_result_of_another_event_is_not_told(world: World, result: Json) -> None:
    with pytest.raises(PermanentError, match="ref_ID is 'S190814bv'; of S230914ak"):
        world.publish({**result, "ref_ID": "S190814bv"})
    assert not world.outlet.sent


def test_what_was_sent_and_is_put_back_by_hand_is_not_told_again(
    world: World, result: Json
) -> None:
    world.publish(result)
    world.publish(world.outlet.notices(TOPIC)[0])

    assert world.told() == [("initial", 1)]


def test_a_notice_by_hand_does_not_keep_a_retraction_back(world: World, result: Json) -> None:
    world.publish(result)
    world.publish({"ref_ID": "S190814bv"}, VETOED=True)

    assert world.told() == [("initial", 1), ("retraction", 2)]


def test_nothing_more_is_sent_while_something_is_in_doubt(
    world: World, result: Json, other: Json
) -> None:
    world.publish(result)
    world.outlet.lose()

    with pytest.raises(InDoubt, match="llama publish confirm S230914ak PublishNotice 1"):
        world.publish(other)
    assert world.told() == [("initial", 1)]


def test_a_run_that_is_made_again_sends_nothing_again(world: World, result: Json) -> None:
    lost, again = world.publish(result), world.publish(result)

    assert len(world.outlet.sent) == 1
    assert lost["notices"] == again["notices"]


def test_what_is_told_is_an_aspect_that_knows_no_time(world: World, result: Json) -> None:
    later = World(runs=60)
    for one in (world, later):
        one.publish(result)
        one.publish(None, RETRACTED)

    assert world.outlet.sent[0].digest != later.outlet.sent[0].digest
    assert world.aspects == later.aspects
    assert world.aspects[0] != world.aspects[1]
