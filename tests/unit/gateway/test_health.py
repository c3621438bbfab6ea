"""The gateway's own port answers for its process, as the process's listener does."""

import pytest

from llama.runtime.vitals import Vitals
from services.gateway.health import serve_health
from tests.support.probing import a_well_process, probes_of
from tests.unit.gateway.scene import a_scene


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/livez?verbose", "/readyz?verbose=1"])
async def test_a_process_that_is_well_is_live_and_ready(path: str) -> None:
    async with a_scene() as scene:
        serve_health(scene.app, a_well_process())
        answer = await scene.get(path)

    assert (answer.status_code, answer.json()["services"]) == (200, {"gateway": "ok"})
    assert ("checks" in answer.json()) is ("verbose" in path)
    assert answer.headers["Content-Security-Policy"]


async def test_a_service_that_is_not_ready_is_named() -> None:
    vitals = Vitals(["gateway"], clock=lambda: 0.0)
    async with a_scene() as scene:
        serve_health(scene.app, probes_of(vitals)[0])
        live, ready = await scene.get("/livez"), await scene.get("/readyz")

    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json()["reasons"][0]["check"] == "begun"


async def test_metrics_are_text_for_prometheus() -> None:
    async with a_scene() as scene:
        serve_health(scene.app, a_well_process())
        answer = await scene.get("/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'llama_service_ready{service="gateway"} 1.0' in answer.text


async def test_a_probe_takes_no_other_parameter() -> None:
    async with a_scene() as scene:
        serve_health(scene.app, a_well_process())
        answers = [await scene.get(path) for path in ("/livez?quiet", "/metrics?verbose")]

    assert [answer.status_code for answer in answers] == [400, 400]
