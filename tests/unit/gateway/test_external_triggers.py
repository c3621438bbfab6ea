"""GET /external-triggers: those of a time span, never retracted ones, tests only if asked for."""

from datetime import timedelta

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from schemas.external_triggers import ExternalTriggerList, ExternalTriggerReceived
from services.gateway import spans
from tests.support.trigger_notices import BURST, SEEN, a_trigger
from tests.unit.gateway.scene import Scene, a_scene

SPAN = "start=2023-04-16T05:00:00Z&stop=2023-04-16T06:00Z"


async def show(scene: Scene, *received: ExternalTriggerReceived) -> None:
    async with MemoryLedger(scene.store).transaction("projection") as transaction:
        await transaction.views.record_external_triggers(received)


async def test_the_answer_is_a_list_by_time() -> None:
    later = a_trigger("2", time=SEEN + timedelta(seconds=9), classification=None)
    async with a_scene() as scene:
        await show(scene, later, a_trigger(), a_trigger("old", time=SEEN - timedelta(days=1)))
        answer = await scene.get(f"/external-triggers?{SPAN}")

    first, second = ExternalTriggerList.model_validate_json(answer.content).triggers
    assert (first.observatory, first.id, first.time, second.id) == ("Fermi", BURST, SEEN, "2")
    assert (first.error_deg, first.containment, first.kind) == (7.15, 0.68, "grb")
    assert (first.classification, second.classification) == (
        {"GRB": 0.85, "GENERIC_SGR": 0.14},
        None,
    )


async def test_a_list_never_has_retracted_ones_and_tests_only_if_asked_for() -> None:
    async with a_scene() as scene:
        await show(scene, a_trigger("1", retracted=True), a_trigger("2", is_test=True))
        usual = await scene.get(f"/external-triggers?{SPAN}")
        tests = await scene.get(f"/external-triggers?{SPAN}&test=true")

    assert usual.json() == {"triggers": []}
    assert [(one["id"], one["is_test"]) for one in tests.json()["triggers"]] == [("2", True)]


@pytest.mark.parametrize(
    ("query", "error", "detail"),
    [
        ("start=yesterday", "bad_time", "start='yesterday' is no time"),
        ("start=2024-01-01T00:00Z&stop=2023-01-01T00:00Z", "bad_time", "before its start"),
        ("test=perhaps", "bad_parameter", "neither true nor false"),
        ("retracted=true", "unknown_parameter", "no parameter 'retracted'"),
    ],
)
async def test_what_cannot_be_asked_is_refused(query: str, error: str, detail: str) -> None:
    async with a_scene() as scene:
        answer = await scene.get(f"/external-triggers?{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert detail in answer.json()["detail"]
    assert "bad_" not in error or "/external-triggers?" in answer.json()["hint"]


async def test_a_list_is_whole_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "MOST", 2)
    async with a_scene() as scene:
        await show(scene, *(a_trigger(str(number)) for number in (1, 2)))
        whole = await scene.get("/external-triggers")
        await show(scene, a_trigger("3"))
        refused = await scene.get("/external-triggers")

    assert len(whole.json()["triggers"]) == 2
    assert (refused.status_code, refused.json()["error"]) == (400, "too_many")
