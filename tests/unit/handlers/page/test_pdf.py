"""The summary as a PDF: the same bytes every time, and texts that are never code."""

import json
from importlib.resources import files as files_of
from pathlib import Path

import orjson
import pytest
import typst

from llama.handlers.page.gathering import gathered
from llama.handlers.page.pdf import to_pdf
from llama.handlers.plots.timeline import timeline_picture
from llama.handlers.results.result import result_from
from tests.support.joint_samples import (
    alert_json,
    many_places,
    neutrinos_json,
    significance_json,
    without_p_values,
)

HOSTILE = '#panic("x") $x$ *b* _i_ `r` @a <l> \\u{41} [ ] { } // /* ] #{ } " \u202e\x00 漢😀'
DEFINITIONS = ("#let breakable(", "#let long(")
INFO = orjson.dumps({"group": "CBC", "classification": {"BNS": 0.9}, "map": None})


def files(**said: object) -> dict[str, bytes]:
    """Return the files of an event; each is given by its name without `.json`."""
    found = {"alert": alert_json(), **said}
    return {f"{name}.json": orjson.dumps(one) for name, one in found.items()} | {
        "skymap_info.json": INFO
    }


def a_full_event(count: int) -> dict[str, bytes]:
    places = many_places(count)
    found = files(neutrinos=neutrinos_json(places), significance=significance_json(places))
    return {**found, "timeline.png": timeline_picture(result_from(found), [])}


@pytest.mark.parametrize("count", [0, 6])
def test_the_same_event_gives_the_same_bytes_without_dates(count: int) -> None:
    event = a_full_event(count)

    first, second = (to_pdf(*gathered(event)) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF")
    assert b"CreationDate" not in first
    assert b"ModDate" not in first


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"alert": alert_json(event=None, alert_type="RETRACTION")},
        {"neutrinos": neutrinos_json(complete=False)},
        {
            "neutrinos": neutrinos_json(),
            "significance": without_p_values(significance_json(), "no set of this key"),
        },
        {"event_data": {"snr": 12.5, "mass_1_msun": 1.4, "mass_2_msun": 1.3}},
    ],
)
def test_an_event_of_which_little_is_known_has_a_pdf(said: dict[str, object]) -> None:
    assert to_pdf(*gathered(files(**said))).startswith(b"%PDF")


@pytest.mark.parametrize("count", [1, 60])
def test_received_triggers_are_set_whatever_their_names_are(count: int) -> None:
    one = {"told_by": "received", "observatory": HOSTILE, "kind": "grb", "name": HOSTILE}
    listed = {"triggers": [{**one, "dt_s": 2.0, "far_hz": 1e-7}] * count, "complete": False}

    with_them = to_pdf(*gathered(files(external_triggers=listed)))

    assert with_them.startswith(b"%PDF")
    assert with_them != to_pdf(*gathered(files(external_triggers={"triggers": []})))


def test_hostile_texts_are_set_and_never_run() -> None:
    alert = alert_json(
        superevent_id=HOSTILE,
        alert_type=HOSTILE,
        time_created=HOSTILE,
        oddities=[HOSTILE],
        external_coinc={"observatory": HOSTILE, "search": HOSTILE, "ivorn": HOSTILE},
    )
    neutrinos = neutrinos_json(source=HOSTILE, detector=HOSTILE)
    listed = neutrinos["tracks"]
    assert isinstance(listed, list)
    listed[0]["id"] = HOSTILE
    significance = significance_json(terms={HOSTILE: 1.0}, search=HOSTILE)
    hostile = files(alert=alert, neutrinos=neutrinos, significance=significance)

    assert to_pdf(*gathered(hostile)).startswith(b"%PDF")


def test_a_long_list_is_cut_and_counted() -> None:
    places = many_places(130)

    contents, _ = gathered(files(neutrinos=neutrinos_json(places)))

    tracks = contents["tracks"]
    assert isinstance(tracks, list)
    assert (len(tracks), contents["more_tracks"]) == (100, 30)
    assert to_pdf(contents, {}).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("", ""),
        ("a ring of equal delay, without noise", "a ring of equal delay, without noise"),
        ("set 40c583cb91778fefa8bf63", "set " + "\u200b".join("40c583cb91778fefa8bf63")),
    ],
)
def test_words_break_only_where_they_are_long_themselves(
    words: str, shown: str, tmp_path: Path
) -> None:
    template = files_of("llama.handlers").joinpath("templates/summary.typ").read_text("utf-8")
    lines = [line for line in template.splitlines() if line.startswith(DEFINITIONS)]
    asked = tmp_path / "asked.typ"
    asked.write_text("\n".join([*lines, f"#metadata(long({json.dumps(words)})) <shown>"]))

    assert json.loads(typst.query(str(asked), "<shown>", field="value", one=True)) == shown
