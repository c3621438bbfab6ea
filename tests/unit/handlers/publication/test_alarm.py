"""Who is called when: the receipt of the alarm and the outlet behind it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from llama.client.trial import try_handler
from llama.domain.alarms import ALARMS, TEST_ALARMS
from llama.domain.digests import digest_json
from llama.domain.handler import FileHandler, PermanentError
from llama.domain.outlet import InDoubt
from llama.handlers.alarm import RaiseAlarm
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.result_notice import ResultNotice
from tests.support.joint_samples import alert_json, neutrinos_json, significance_json
from tests.support.outlets import MemoryOutlet
from tests.unit.handlers.publication.checking import made, result_files

FIRST = datetime(2023, 9, 14, 11, 30, tzinfo=UTC)
RETRACTED = alert_json(alert_type="RETRACTION", event=None)
Json = Mapping[str, object]


@dataclass(slots=True)
class OnCall:
    """Who is called about one event, and a clock that goes on by a minute with each run."""

    outlet: MemoryOutlet = field(default_factory=MemoryOutlet)
    runs: int = 0

    def hear(self, notice: Json | None, alert: Json | None = None, **flags: bool | str) -> str:
        """Run the handler; return why it did what it did."""
        self.runs += 1
        given: dict[type[FileHandler], object] = {Alert: alert or alert_json()}
        if notice is not None:
            given |= {ResultNotice: notice, NeutrinoList: neutrinos_json()}
        product = try_handler(
            RaiseAlarm,
            given,
            flags=flags,
            eventid="S230914ak",
            now=FIRST + timedelta(minutes=self.runs),
            outlet=self.outlet,
        )[RaiseAlarm]
        receipt = json.loads(product.content)
        assert [one["key"] for one in receipt["told"]] == [one.key for one in self.outlet.sent]
        return receipt["answer"]["because"]

    @property
    def keys(self) -> list[tuple[str, str]]:
        return [(one.topic, one.key) for one in self.outlet.sent]


@pytest.fixture
def on_call() -> OnCall:
    return OnCall()


def a_result(p: float | None, **others: object) -> Json:
    """Return the notice of a result with a p-value."""
    return {**made(result_files(significance=significance_json(p_value=p))), **others}


def test_people_are_called_once_and_told_when_it_is_over(on_call: OnCall) -> None:
    reasons = [on_call.hear(a_result(p)) for p in (0.2, 0.0042, 0.0011, 0.05, 0.5, 0.002)]

    assert on_call.keys == [(ALARMS, "raised-1"), (ALARMS, "taken-back-2"), (ALARMS, "raised-3")]
    assert reasons == [
        "p = 0.2000 is not below 0.01",
        "p = 0.0042 is below 0.01",
        "p = 0.0011 is below 0.01: what was told stands",
        "p = 0.0500 is not below 0.01",
        "p = 0.5000 is not below 0.01",
        "p = 0.0020 is below 0.01",
    ]


def test_a_call_says_what_a_person_needs_to_know(on_call: OnCall) -> None:
    notice = a_result(0.0042)
    on_call.hear(notice)

    (call,) = on_call.outlet.notices(ALARMS)
    assert (call["event"], call["state"], call["number"]) == ("S230914ak", "raised", 1)
    assert (call["p_value"], call["threshold"], call["test"]) == (0.0042, 0.01, False)
    assert call["told_at"] == "2023-09-14T11:31:00.000000Z"
    assert call["coincident_events"] == notice["coincident_events"]
    assert call["text"] == (
        "LLAMA: S230914ak has p = 0.0042, below 0.01: 2 neutrino tracks of p below 0.1 within "
        "500 s. https://gracedb.ligo.org/superevents/S230914ak/view/"
    )


@pytest.mark.parametrize(
    ("p", "is_called"), [(0.00994, True), (0.00996, False), (0.01, False), (1e-5, True)]
)
def test_the_p_value_that_counts_is_the_one_of_the_notice(
    on_call: OnCall, p: float, *, is_called: bool
) -> None:
    notice = a_result(p)
    on_call.hear(notice)

    told = notice["pval_bayesian"]
    assert isinstance(told, float)
    assert bool(on_call.keys) is is_called is (told < 0.01)


def test_a_result_that_says_the_same_calls_nobody_again(on_call: OnCall) -> None:
    for _ in range(3):
        on_call.hear(a_result(0.0042))

    assert on_call.keys == [(ALARMS, "raised-1")]


@pytest.mark.parametrize(
    ("alert", "vetoed", "because"),
    [
        (RETRACTED, False, "the event was retracted"),
        (None, True, "an operator has vetoed the event"),
    ],
)
def test_an_event_that_is_withdrawn_has_its_alarm_taken_back_once(
    on_call: OnCall, alert: Json | None, because: str, *, vetoed: bool
) -> None:
    on_call.hear(a_result(0.0042))
    reasons = [on_call.hear(None, alert, VETOED=vetoed) for _ in range(2)]

    assert on_call.keys == [(ALARMS, "raised-1"), (ALARMS, "taken-back-2")]
    assert because in str(on_call.outlet.notices(ALARMS)[1]["text"])
    assert reasons[1] == f"{because}: there is no alarm to take back"


def test_the_flag_upload_has_no_say() -> None:
    looked_at = {*RaiseAlarm.FLAGS, *(veto.spec.name for veto in RaiseAlarm.VETOES)}

    assert "VETOED" in looked_at
    assert "UPLOAD" not in looked_at


@pytest.mark.parametrize("has_result", [False, True])
def test_without_a_p_value_nobody_is_called_and_what_was_told_stands(
    on_call: OnCall, *, has_result: bool
) -> None:
    notice = a_result(None) if has_result else None
    on_call.hear(notice)
    on_call.hear(a_result(0.0042))
    on_call.hear(notice)

    assert on_call.keys == [(ALARMS, "raised-1")]


def test_a_drill_has_a_topic_of_its_own_and_says_so(on_call: OnCall) -> None:
    alert = alert_json(superevent_id="MS230914ak")
    files = result_files(alert=alert, significance=significance_json(p_value=0.0042))
    on_call.hear(made(files), alert)

    (call,) = on_call.outlet.notices(TEST_ALARMS)
    assert on_call.keys == [(TEST_ALARMS, "test-raised-1")]
    assert str(call["text"]).startswith("THIS IS A TEST. LLAMA: MS230914ak has p = 0.0042")
    assert call["test"] is True


def test_what_turns_out_to_be_a_test_is_taken_back_where_it_was_told(on_call: OnCall) -> None:
    on_call.hear(a_result(0.0042))
    on_call.hear(a_result(0.0042, alert_tense="test"))
    on_call.hear(a_result(0.0042))

    assert on_call.keys == [
        (ALARMS, "raised-1"),
        (TEST_ALARMS, "test-raised-1"),
        (ALARMS, "taken-back-2"),
        (ALARMS, "raised-3"),
        (TEST_ALARMS, "test-taken-back-2"),
    ]
    assert str(on_call.outlet.notices(ALARMS)[1]["because"]) == "it is a test"


def test_the_result_of_another_event_calls_nobody(on_call: OnCall) -> None:
    with pytest.raises(PermanentError, match="ref_ID is 'S190814bv'; of S230914ak"):
        on_call.hear(a_result(0.0042, ref_ID="S190814bv"))
    assert not on_call.keys


def test_while_a_call_is_in_doubt_nothing_more_is_said(on_call: OnCall) -> None:
    on_call.hear(a_result(0.0042))
    on_call.outlet.lose()

    with pytest.raises(InDoubt):
        on_call.hear(a_result(0.5))
    assert on_call.keys == [(ALARMS, "raised-1")]


def test_whether_a_notice_is_alarming_is_an_aspect_of_it() -> None:
    def aspects(p: float) -> Mapping[str, str]:
        files = result_files(significance=significance_json(p_value=p))
        return try_handler(ResultNotice, files, eventid="S230914ak")[ResultNotice].aspects

    chance, notable, strong = (aspects(p) for p in (0.5, 0.004, 0.001))

    assert notable == strong
    assert {*chance} == {"alarming", "alert_tense"}
    told = [one["alarming"] for one in (chance, notable)]
    assert told == [digest_json(value) for value in (False, True)]


def test_of_what_is_no_notice_any_change_counts() -> None:
    one, other = ResultNotice.aspects_of(b"no JSON"), ResultNotice.aspects_of(b"nor this")

    assert {*one} == {*other} == {"alarming", "alert_tense"}
    assert one["alarming"] != other["alarming"]
