"""The page shows what the notice says as text, and never does anything."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import orjson
import pytest

from llama.handlers.page.gathering import gathered
from llama.handlers.page.html import to_html
from tests.support.joint_samples import (
    PLACES,
    neutrinos_json,
    significance_json,
    track_json,
    without_p_values,
)

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}"


def page(
    *,
    info: dict[str, object] | None = None,
    png: bytes | None = None,
    search: dict[str, object] | None = None,
    **alert: object,
) -> str:
    notice = {"superevent_id": "S230914ak", "alert_type": "INITIAL", "event": {"far": 1}, **alert}
    said = {"alert": notice, "skymap_info": info or {}, **(search or {})}
    files = {f"{name}.json": orjson.dumps(one) for name, one in said.items()}
    return to_html(*gathered({**files, **({"skymap.png": png} if png else {})})).decode()


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(html)
    return parser.found


def test_hostile_texts_of_a_notice_stay_text() -> None:
    figures: dict[str, object] = {"group": HOSTILE, "classification": {HOSTILE: 0.5}}
    html = page(
        info=figures,
        superevent_id=HOSTILE,
        alert_type=HOSTILE,
        urls={HOSTILE: "https://example.org/" + HOSTILE},
        external_coinc={"observatory": HOSTILE, "gcn_notice_id": HOSTILE},
        oddities=[HOSTILE],
    )

    allowed = {"href", "rel", "class", "src", "alt"}
    assert not {tag for tag, _ in elements(html)} & {"script", "img", "iframe", "object"}
    assert not [a for _, attrs in elements(html) for a in attrs if a.startswith("on")]
    assert all(set(attrs) <= allowed for tag, attrs in elements(html) if tag in ("a", "img"))
    assert "{{ 7*7 }}" in html


def test_triggers_that_were_received_are_told_as_text() -> None:
    burst = {"told_by": "received", "observatory": "Fermi", "kind": "grb", "dt_s": 2.0}
    place = {"ra_deg": 10.5, "dec_deg": -3.25, "error_deg": 7.15, "containment": 0.68}
    named = {"told_by": "notice", "observatory": "Swift"}
    entries = [named, {**burst, **place, "name": HOSTILE}, 5]

    html = page(search={"external_triggers": {"triggers": entries, "complete": False}})

    cells = ("Fermi", "GRB", "+2.00", "10.50°", "\N{MINUS SIGN}3.25°", "7.15° (68 %)")
    assert all(f"<td>{cell}</td>" in html for cell in cells)
    assert "More may come." in html
    assert "<td>Swift</td>" not in html
    assert not {tag for tag, _ in elements(html)} & {"script", "img"}


def test_without_received_triggers_the_page_does_not_speak_of_them() -> None:
    named = {"triggers": [{"told_by": "notice"}]}

    assert "Triggers of other" not in page(search={"external_triggers": named})
    assert "Triggers of other" not in page()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a/b", "//a", "http://", "http://[", 3]
)
def test_only_web_links_can_be_followed(url: object) -> None:
    assert not [tag for tag, _ in elements(page(urls={"odd": url})) if tag == "a"]


def test_web_links_are_kept_and_tell_nobody_where_they_came_from() -> None:
    html = page(urls={"gracedb": "https://gracedb.example.org/S230914ak"})

    links = [attrs for tag, attrs in elements(html) if tag == "a"]

    assert links == [
        {"href": "https://gracedb.example.org/S230914ak", "rel": "noopener noreferrer"}
    ]


def test_the_policy_admits_the_own_style_and_nothing_from_outside() -> None:
    html = page(png=b"picture")

    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in html
    assert "default-src 'none'" in html
    assert "url(" not in style
    assert "@import" not in style
    assert not [a for _, attrs in elements(html) for a in attrs if a == "style"]


def test_the_picture_is_within_the_page() -> None:
    sources = [attrs["src"] for tag, attrs in elements(page(png=b"picture")) if tag == "img"]

    assert sources == ["data:image/png;base64," + b64encode(b"picture").decode()]


@pytest.mark.parametrize(
    ("name", "mark"), [("MS1a", "mock event"), ("TS1a", "test event"), ("S1a", None)]
)
def test_mock_and_test_events_are_marked(name: str, mark: str | None) -> None:
    html = page(superevent_id=name)

    assert ('role="note"' in html) == (mark is not None)
    assert mark is None or f"This is a {mark}" in html


def test_missing_fields_are_said_to_be_missing() -> None:
    assert page().count("not given") >= 6


def test_distance_has_the_digits_that_its_error_leaves() -> None:
    figures = {"map": {"distance_mean_mpc": 39.7712, "distance_std_mpc": 8.30844}}

    assert "39.8 ± 8.3 Mpc" in page(info=dict(figures))


def test_an_external_coincidence_is_told() -> None:
    html = page(external_coinc={"observatory": "Fermi", "time_coincidence_far": 2.14e-14})

    assert "Fermi" in html
    assert "1 per 1.48 million years" in html


def test_the_verdict_comes_first() -> None:
    html = page(search={"neutrinos": neutrinos_json(), "significance": significance_json()})

    assert "Notable coincidence: p = 0.0071" in html
    assert html.index("Notable coincidence") < html.index("<h2>Where</h2>")
    assert "PARTIAL RESULT" not in html


def test_an_open_list_is_said_to_be_partial_before_the_verdict() -> None:
    html = page(search={"neutrinos": neutrinos_json(complete=False)})

    assert "open until 2023-09-14 11:23:21 UTC" in html
    assert html.index("PARTIAL RESULT") < html.index("Not computed yet")


def test_every_track_has_a_row() -> None:
    html = page(search={"neutrinos": neutrinos_json(), "significance": significance_json()})

    assert [len(re.findall(f"<td>{place[3] * 2.145966:.2f}°</td>", html)) for place in PLACES] == (
        [1] * len(PLACES)
    )
    assert '<tr class="first"><td>1</td><td>−12.90</td>' in html  # noqa: RUF001


def test_the_page_says_what_the_result_was_computed_from() -> None:
    html = page(search={"neutrinos": neutrinos_json(), "significance": significance_json()})

    simulated = "reported population: significant alerts"
    for said in ("records:o4.json", "b7" * 32, "20,000", simulated, "1190", "neutrinos.json"):
        assert said in html
    assert sha256(orjson.dumps(neutrinos_json())).hexdigest() in html


def test_the_reason_of_a_missing_p_value_is_told() -> None:
    unjudged = without_p_values(significance_json(), "no background set of H1L1V1")

    html = page(search={"neutrinos": neutrinos_json(), "significance": unjudged})

    assert "No p-value, because no background set of H1L1V1." in html


def test_hostile_texts_of_the_search_stay_text() -> None:
    neutrinos = neutrinos_json(
        [], source=HOSTILE, detector=HOSTILE, tracks=[track_json(0, PLACES[0], name=HOSTILE)]
    )
    significance = significance_json(
        [],
        search=HOSTILE,
        terms={HOSTILE: 1.0},
        background={"key": {HOSTILE: HOSTILE}, "population": HOSTILE},
    )

    html = page(search={"neutrinos": neutrinos, "significance": significance})

    assert not {tag for tag, _ in elements(html)} & {"script", "img", "iframe", "object"}
    assert "{{ 7*7 }}" in html


def test_no_text_turns_the_text_beside_it_around() -> None:
    assert "\u202e" not in page(superevent_id="S1\u202e", oddities=["\u202eodd"])


def test_what_private_records_say_is_shown() -> None:
    html = page(search={"event_data": {"snr": 12.5, "mass_1_msun": 1.46, "mass_2_msun": 1.27}})

    assert "<dt>Signal-to-noise ratio</dt><dd>12.5</dd>" in html
    assert "<dd>1.46 and 1.27</dd>" in html
