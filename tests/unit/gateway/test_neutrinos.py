"""GET /neutrinos: tracks of a time span, never retracted ones, tests only if asked for."""

from datetime import timedelta

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.handlers.neutrinos.records import records_from_bytes
from schemas.neutrinos import NeutrinoReceived
from services.gateway import spans
from tests.support.neutrino_notices import CAME, NEUTRINO, a_neutrino
from tests.unit.gateway.scene import Scene, a_scene

SPAN = "start=2023-04-16T05:00:00Z&stop=2023-04-16T06:00Z"


async def show(scene: Scene, *received: NeutrinoReceived) -> None:
    async with MemoryLedger(scene.store).transaction("projection") as transaction:
        await transaction.views.record_neutrinos(received)


async def test_the_answer_is_a_list_that_the_source_reads() -> None:
    later = a_neutrino("1_2", time=CAME + timedelta(seconds=9))
    async with a_scene() as scene:
        await show(scene, later, a_neutrino(), a_neutrino("old", time=CAME - timedelta(days=1)))
        answer = await scene.get(f"/neutrinos?{SPAN}")

    first, second = records_from_bytes(answer.content)
    assert (first.id, first.time, second.id) == (NEUTRINO, CAME, "1_2")
    assert (first.sigma_deg, first.energy_gev, first.kind) == (0.233, 127_290.0, "observation")
    assert answer.json()["tracks"][0]["stream"] == "bronze"


async def test_a_list_never_has_retracted_ones_and_tests_only_if_asked_for() -> None:
    async with a_scene() as scene:
        await show(scene, a_neutrino("1_1", retracted=True), a_neutrino("1_2", is_test=True))
        usual = await scene.get(f"/neutrinos?{SPAN}")
        plain = await scene.get("/neutrinos?test=false")
        tests = await scene.get(f"/neutrinos?{SPAN}&test=true")

    assert usual.json() == plain.json() == {"tracks": []}
    assert [(one["id"], one["is_test"]) for one in tests.json()["tracks"]] == [("1_2", True)]


@pytest.mark.parametrize(
    ("query", "error", "detail"),
    [
        ("start=yesterday", "bad_time", "start='yesterday' is no time"),
        ("stop=9999-01-01T00:00:00Z", "bad_time", "stop="),
        ("start=2024-01-01T00:00Z&stop=2023-01-01T00:00Z", "bad_time", "before its start"),
        ("test=perhaps", "bad_parameter", "neither true nor false"),
        ("as_of=2023-01-01T00:00Z", "unknown_parameter", "no parameter 'as_of'"),
        ("retracted=true", "unknown_parameter", "no parameter 'retracted'"),
    ],
)
async def test_what_cannot_be_asked_is_refused(query: str, error: str, detail: str) -> None:
    async with a_scene() as scene:
        answer = await scene.get(f"/neutrinos?{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert detail in answer.json()["detail"]


async def test_a_list_is_whole_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "MOST", 2)
    async with a_scene() as scene:
        await show(scene, *(a_neutrino(f"1_{number}") for number in (1, 2)))
        whole = await scene.get("/neutrinos")
        await show(scene, a_neutrino("1_3"))
        refused = await scene.get("/neutrinos")

    assert len(whole.json()["tracks"]) == 2
    assert (refused.status_code, refused.json()["error"]) == (400, "too_many")
