"""external_triggers.json with a source: who is asked, for what, and what is said of it."""

from collections.abc import Generator
from datetime import timedelta

import orjson
import pytest

from llama import Product, try_handler
from llama.domain.errors import Misconfigured, Unavailable
from llama.handlers.alert import Alert
from llama.handlers.external.source import trigger_source_from
from llama.handlers.external_triggers import ExternalTriggers
from schemas.external_triggers import ExternalTriggerReceived
from tests.support.trigger_notices import BURST, SEEN, a_trigger
from tests.unit.handlers.neutrinos.http_server import Answering, answering

MERGED = SEEN - timedelta(seconds=2)
SETTLED = MERGED + timedelta(seconds=500 + 900)
EVENT = {"event": {"time": MERGED.isoformat()}}
NAMED = {"observatory": "Fermi", "gcn_notice_id": int(BURST), "time_difference": 2.0}


def listed(*received: ExternalTriggerReceived) -> bytes:
    """Return what a gateway answers."""
    told: list[object] = []
    for one in received:
        said = one.model_dump(mode="json")
        told.append({**said, "id": one.trigger, "kind": one.trigger_kind})
    return orjson.dumps({"triggers": told})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[Answering]:
    with answering() as server:
        address = server.url.removeprefix("http://").removesuffix("/tracks")
        monkeypatch.setenv("LLAMA_EXTERNAL_TRIGGERS", "received:")
        monkeypatch.setenv("LLAMA_HTTP", address)
        server.content = listed()
        yield server


def made(*, late_s: float = 3600.0, of: str = "S230416a", **alert: object) -> Product:
    now = MERGED + timedelta(seconds=late_s)
    given = {Alert: EVENT | alert}
    return try_handler(ExternalTriggers, given, eventid=of, now=now)[ExternalTriggers]


def said(product: Product) -> dict[str, object]:
    return orjson.loads(product.content)


def triggers(product: Product) -> list[dict[str, object]]:
    found = said(product)["triggers"]
    assert isinstance(found, list)
    return found


def test_a_received_trigger_stands_in_the_list_with_its_place(server: Answering) -> None:
    server.content = listed(a_trigger(far_hz=1e-7))

    [found] = triggers(made())

    assert (found["told_by"], found["observatory"], found["notice_id"]) == (
        *("received", "Fermi"),
        BURST,
    )
    assert (found["dt_s"], found["in_window"], found["kind"]) == (2.0, True, "grb")
    assert (found["ra_deg"], found["error_deg"], found["containment"]) == (235.883, 7.15, 0.68)
    assert (found["far_hz"], found["named_by_notice"], found["map"]) == (1e-7, False, None)


def test_what_the_notice_names_comes_first_and_is_recognised(server: Answering) -> None:
    server.content = listed(a_trigger(), a_trigger("1", observatory="KM3NeT"))

    found = triggers(made(external_coinc=NAMED))

    assert [(one["told_by"], one["named_by_notice"]) for one in found] == [
        ("notice", True),
        ("received", True),
        ("received", False),
    ]
    assert {frozenset(one) for one in found} == {frozenset(found[0])}


def test_the_list_is_open_until_window_and_delay_are_over(server: Answering) -> None:
    early, late = made(late_s=1399.0), made(late_s=1400.0)

    assert (said(early)["complete"], early.valid_until) == (False, SETTLED)
    assert (said(late)["complete"], late.valid_until) == (True, None)
    assert said(late)["complete_from"] == said(early)["complete_from"]
    assert early.aspects["triggers"] == late.aspects["triggers"]
    assert early.aspects["complete"] != late.aspects["complete"]


def test_only_the_window_is_asked_for_and_never_the_future(server: Answering) -> None:
    outside = [a_trigger(f"at{at}", time=MERGED + timedelta(seconds=at)) for at in (-501, 501)]
    server.content = listed(*outside)

    assert triggers(made()) == []
    made(late_s=10.0)

    assert "start=2023-04-16T05%3A13%3A18.430000Z" in server.asked[0]
    assert "stop=2023-04-16T05%3A29%3A58.430000Z" in server.asked[0]
    assert "stop=2023-04-16T05%3A21%3A48.430000Z" in server.asked[1]


@pytest.mark.parametrize(
    ("event", "asked", "count"),
    [("S230416a", "?start=", 0), ("MS230416a", "?test=true&", 1), ("TS230416a", "?test=true&", 1)],
)
def test_tests_are_only_in_the_lists_of_mock_and_test_events(
    server: Answering, event: str, asked: str, count: int
) -> None:
    server.content = listed(a_trigger(is_test=True))

    assert len(triggers(made(of=event))) == count
    assert server.asked[0].startswith(f"/external-triggers{asked}")


def test_the_order_of_the_answer_does_not_matter(server: Answering) -> None:
    told = [a_trigger(name, time=SEEN + timedelta(seconds=at)) for name, at in (("b", 0), ("a", 5))]
    server.content = listed(*told)
    first = made()
    server.content = listed(*reversed(told))

    assert made().content == first.content
    assert [one["notice_id"] for one in triggers(first)] == ["b", "a"]


@pytest.mark.parametrize("content", [b"[]", b"nonsense", b'{"triggers": [{"id": "../x"}]}'])
def test_an_answer_that_is_no_list_is_asked_for_again(server: Answering, content: bytes) -> None:
    server.content = content

    with pytest.raises(Unavailable, match="no list of triggers"):
        made()


def test_a_flood_is_no_list(server: Answering) -> None:
    server.content = listed(*(a_trigger(str(number)) for number in range(1001)))

    with pytest.raises(ValueError, match="1001 triggers: 1000 are the most"):
        made()


def test_without_a_setting_only_the_notice_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_EXTERNAL_TRIGGERS", "")

    product = made(external_coinc=NAMED)

    assert [one["told_by"] for one in triggers(product)] == ["notice"]
    assert (said(product)["source"], said(product)["complete"]) == (None, True)
    assert product.valid_until is None


@pytest.mark.parametrize("at", [None, "soon", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z"])
def test_without_a_time_of_the_event_nobody_is_asked(server: Answering, at: object) -> None:
    product = made(event={"time": at}, external_coinc=NAMED)

    assert server.asked == []
    assert [one["time"] for one in triggers(product)] == [None]


@pytest.mark.parametrize(
    ("setting", "because"),
    [
        ("gopher:x", "names no source of triggers"),
        ("received", "names no source of triggers"),
        ("received:?test=true", "knows no option test"),
        ("received:?delay_s=soon", "delay_s is 'soon'"),
        ("received:?delay_s=-1", "delay_s is '-1'"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, setting: str, because: str
) -> None:
    monkeypatch.setenv("LLAMA_EXTERNAL_TRIGGERS", setting)

    with pytest.raises(Misconfigured, match=f"LLAMA_EXTERNAL_TRIGGERS: .*{because}"):
        made()


def test_results_call_the_source_without_its_address_or_password() -> None:
    said = ("received:", "received:host:80?delay_s=5", "received:https://me:pw@host/llama")

    found = [trigger_source_from(one) for one in said]

    assert [(one.name, one.delay_s) for one in found if one] == [
        ("received", 900.0),
        ("received:host:80", 5.0),
        ("received:https://host/llama", 900.0),
    ]
