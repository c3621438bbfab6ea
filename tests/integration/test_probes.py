"""The listener for probes: what it answers, to whom, and while everything else hangs."""

import asyncio
import socket
import threading
import time

import pytest

from llama.adapters.probes import AT_ONCE, answering
from llama.domain.errors import Misconfigured
from llama.domain.health import PULSE
from llama.runtime.vitals import PULSE_WITHIN_S, Vitals, pulsing
from tests.support.probing import Listener, listening, probes_of, rest_of
from tests.unit.runtime.test_vitals import SetSeconds


def some_vitals(clock: SetSeconds | None = None) -> Vitals:
    vitals = Vitals(["projection", "versioning"], clock=clock or SetSeconds())
    vitals.begun("projection")
    vitals.begun("versioning")
    return vitals


def test_services_that_are_well_are_live_and_ready_and_named() -> None:
    with listening(some_vitals()) as listener:
        live, ready = listener.get("/livez"), listener.get("/readyz")

    assert (live.status, ready.status, live.type) == (200, 200, "application/json")
    assert live.json["services"] == {"projection": "ok", "versioning": "ok"}


def test_who_is_not_ready_says_why() -> None:
    vitals = some_vitals()
    vitals.ended("versioning", "it failed: HistoryCorrupt: torn")
    with listening(vitals) as listener:
        live, ready = listener.get("/livez"), listener.get("/readyz?verbose")

    assert (live.status, ready.status) == (200, 503)
    assert [one["reason"] for one in ready.json["reasons"]] == ["it failed: HistoryCorrupt: torn"]
    assert {one["service"] for one in ready.json["checks"]} == {"projection", "versioning"}


def test_a_loop_that_is_blocked_is_not_live_while_the_listener_answers() -> None:
    """The asyncio loop of a process is held by an event that only the test sets."""
    clock, go_on, blocked = SetSeconds(), threading.Event(), threading.Event()
    vitals = some_vitals(clock)

    async def live() -> None:
        async with pulsing(vitals) as pulse:
            blocked.set()
            go_on.wait()
            pulse.beat()

    process = threading.Thread(target=lambda: asyncio.run(live()))
    with listening(vitals) as listener:
        process.start()
        assert blocked.wait(30)
        before = listener.get("/livez").status
        clock.now += PULSE_WITHIN_S + 1
        during, metrics = listener.get("/livez"), listener.get("/metrics")
        go_on.set()
        process.join(30)
        after = listener.get("/livez").status

    assert (before, during.status, after) == (200, 503, 200)
    assert {(one["service"], one["check"]) for one in during.json["reasons"]} == {
        ("projection", PULSE),
        ("versioning", PULSE),
    }
    assert b'llama_service_live{service="projection"} 0.0' in metrics.body


async def test_a_loop_that_waits_for_ever_is_not_live_though_the_process_goes_on() -> None:
    clock, never = SetSeconds(), asyncio.Event()
    vitals = some_vitals(clock)
    loop = vitals.loop("versioning", name="consuming", within_s=60)

    async def consume() -> None:
        loop.beat()
        await never.wait()

    with listening(vitals) as listener:
        consuming = asyncio.create_task(consume())
        await asyncio.sleep(0)
        clock.now += 61
        vitals.loop(name=PULSE, within_s=PULSE_WITHIN_S).beat()
        answer = await asyncio.to_thread(listener.get, "/livez")
        consuming.cancel()

    assert answer.status == 503
    assert answer.json["services"] == {"projection": "ok", "versioning": "failing"}


def test_metrics_are_shown_as_prometheus_reads_them() -> None:
    with listening(some_vitals()) as listener:
        listener.metrics.of("projection").ran("Skymap", "made", wall_s=0.2)
        answer = listener.get("/metrics")

    assert answer.type.startswith("text/plain; version=0.0.4")
    assert (
        b'llama_runs_total{handler="Skymap",outcome="made",service="projection"} 1.0' in answer.body
    )
    assert b"llama_build_info{python=" in answer.body
    assert b"process_resident_memory_bytes" in answer.body


def test_a_head_has_no_body() -> None:
    with listening(some_vitals()) as listener:
        whole = listener.told(b"HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n")

    assert whole.startswith(b"HTTP/1.0 200 ")
    assert whole.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET /livez/../metrics HTTP/1.1\r\n\r\n", 404),
        (b"GET /readyz?" + b"&".join(b"a%d" % n for n in range(50)) + b" HTTP/1.1\r\n\r\n", 404),
        (b"GET http://[livez HTTP/1.1\r\n\r\n", 404),
        (b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /livez HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"GET /livez HTTP/1.1\r\nA: " + b"b" * 100_000 + b"\r\n\r\n", 431),
        (b"POST /livez HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", 405),
        (b"<script>alert(1)</script> /livez HTTP/1.1\r\n\r\n", 405),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \r\n\r\n", 400),
        (b"GET /livez HTTP/9.9\r\n\r\n", 505),
    ],
)
def test_what_is_no_probe_is_refused_in_a_line(raw: bytes, status: int) -> None:
    with listening(some_vitals()) as listener:
        answer = listener.told(raw)

        assert answer.split(b"\r\n", 1)[0].split(b" ")[1] == b"%d" % status
        assert b"script" not in answer
        assert listener.get("/livez").status == 200


def test_who_is_slow_is_cut_off() -> None:
    with listening(some_vitals()) as listener, listener.connected() as slow:
        slow.sendall(b"GET /livez HTTP/1.1\r\nX: ")

        assert rest_of(slow) == b""


def test_who_sends_a_byte_at_a_time_is_cut_off_too() -> None:
    with listening(some_vitals()) as listener, listener.connected() as slow:
        slow.settimeout(0.2)
        begun = time.monotonic()
        while still_open(slow):
            assert time.monotonic() - begun < 60


def test_a_crowd_is_hung_up_on_and_a_probe_is_answered_when_it_has_gone() -> None:
    with listening(some_vitals()) as listener:
        crowd = [listener.connected() for _ in range(AT_ONCE)]
        turned_away = until_turned_away(listener)
        for one in crowd:
            one.close()

        assert turned_away
        assert until_answered(listener) == 200


def test_an_address_that_is_taken_is_told_with_the_setting() -> None:
    with listening(some_vitals()) as listener:
        host, _, port = listener.address.rpartition(":")
        probes, _ = probes_of(listener.vitals)
        with pytest.raises(Misconfigured) as raised, answering(probes, host, int(port)):
            raise AssertionError("nobody listens here")

    assert f"LLAMA_HEALTH={listener.address} cannot be listened on" in str(raised.value)


def test_a_port_that_there_is_not_is_told_with_the_setting() -> None:
    probes, _ = probes_of(some_vitals())

    with pytest.raises(Misconfigured) as raised, answering(probes, "127.0.0.1", 70_000):
        raise AssertionError("nobody listens here")

    assert "LLAMA_HEALTH=127.0.0.1:70000" in str(raised.value)


def still_open(slow: socket.socket) -> bool:
    try:
        slow.sendall(b"x")
        return slow.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def until_turned_away(listener: Listener) -> bool:
    """Ask until somebody is hung up on: the crowd may still be on its way in."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if listener.told(b"GET /livez HTTP/1.1\r\n\r\n") == b"":
            return True
    return False


def until_answered(listener: Listener) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return listener.get("/livez").status
        except OSError:
            continue
    return 0
