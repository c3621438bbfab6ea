"""Whether a service lives and is ready: by what its loops have told, at a moment that is given."""

import pytest

from llama.domain.health import LONGEST_REASON, PULSE, Signs, life, readiness

AT_WORK = Signs().begun().beaten("consuming", bound_s=120, now_s=0)


def ready_reasons(signs: Signs, *, now_s: float = 1, most_lag: int = 100) -> dict[str, str]:
    report = readiness({"projection": signs}, now_s=now_s, most_lag=most_lag)
    return {check.name: check.reason for check in report.failing}


@pytest.mark.parametrize(("now_s", "lives"), [(0, True), (120, True), (120.1, False)])
def test_a_loop_lives_as_long_as_its_bound_says(now_s: float, *, lives: bool) -> None:
    report = life({"projection": AT_WORK}, now_s=now_s)

    assert report.is_good is lives
    assert report.is_good_of("projection") is lives


def test_a_dead_loop_is_named_with_its_service_and_its_silence() -> None:
    idle = Signs().beaten("timers", bound_s=60, now_s=290)

    report = life({"versioning": AT_WORK, "dependency_resolver": idle}, now_s=300)

    assert [(check.service, check.name) for check in report.failing] == [
        ("versioning", "consuming")
    ]
    assert report.failing[0].reason == "no progress for 300 s, and 120 s are the most"
    assert report.told()["services"] == {"versioning": "failing", "dependency_resolver": "ok"}


def test_one_dead_loop_of_two_is_a_dead_service() -> None:
    signs = AT_WORK.beaten("timers", bound_s=60, now_s=100)

    assert not life({"dependency_resolver": signs}, now_s=130).is_good


def test_a_loop_that_goes_on_again_lives_again() -> None:
    signs = AT_WORK.beaten("consuming", bound_s=120, now_s=500)

    assert life({"projection": signs}, now_s=501).is_good


def test_a_service_that_has_not_begun_lives_and_is_not_ready() -> None:
    signs = Signs().beaten(PULSE, bound_s=30, now_s=0)

    assert life({"projection": signs}, now_s=1).is_good
    assert ready_reasons(signs) == {"begun": "it has not begun"}


def test_a_service_at_work_is_ready() -> None:
    assert ready_reasons(AT_WORK) == {}


def test_whoever_does_not_live_is_not_ready() -> None:
    assert "consuming" in ready_reasons(AT_WORK, now_s=200)


def test_waiting_for_a_server_tells_since_when_and_why() -> None:
    first = AT_WORK.hindered("handling f[0]", "connection refused", now_s=10)
    later = first.hindered("handling f[0]", "it is starting up", now_s=70)

    told = ready_reasons(later, now_s=75)

    assert told == {"servers": "handling f[0] for 65 s: it is starting up"}
    assert life({"projection": later}, now_s=75).is_good


def test_a_server_that_is_back_is_waited_for_no_longer() -> None:
    away = AT_WORK.hindered("claiming", "away", now_s=1).hindered("renewing", "away", now_s=1)

    half, whole = away.unhindered("claiming"), away.unhindered("claiming").unhindered("renewing")

    assert list(ready_reasons(half)) == ["servers"]
    assert ready_reasons(whole) == {}


@pytest.mark.parametrize(
    ("lag", "most", "ready"), [(100, 100, True), (101, 100, False), (9, 0, True)]
)
def test_the_lag_of_all_partitions_together_may_reach_the_setting(
    lag: int, most: int, *, ready: bool
) -> None:
    signs = AT_WORK.following({("llama.facts", 0): 5, ("llama.facts", 1): 7})
    signs = signs.following({("llama.facts", 0): lag - 7})

    assert (ready_reasons(signs, most_lag=most) == {}) is ready


def test_a_service_that_failed_says_why_and_lives_on() -> None:
    signs = AT_WORK.beaten(PULSE, bound_s=30, now_s=290).ended("it failed: HistoryCorrupt: torn")

    assert ready_reasons(signs, now_s=300) == {"begun": "it failed: HistoryCorrupt: torn"}
    assert life({"versioning": signs}, now_s=300).is_good
    assert ready_reasons(signs.begun(), now_s=300) == {}


def test_the_pulse_of_a_service_that_failed_still_counts() -> None:
    signs = Signs().beaten(PULSE, bound_s=30, now_s=0).ended("it failed")

    assert not life({"versioning": signs}, now_s=31).is_good


def test_what_servers_say_is_cut_to_a_few_words() -> None:
    signs = AT_WORK.hindered("asking", "x" * 5000, now_s=0)

    assert len(ready_reasons(signs)["servers"]) < LONGEST_REASON + 50


def test_a_verbose_report_has_what_is_well_too() -> None:
    report = life({"projection": AT_WORK}, now_s=1)

    assert report.told() == {"status": "ok", "services": {"projection": "ok"}, "reasons": []}
    assert report.told(verbose=True)["checks"] == [
        {"service": "projection", "check": "consuming", "reason": "ok"}
    ]
