"""The handlers together: from a notice to every file of the event."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from llama.client.trial import GivenFile, GivenInputs, generate
from llama.domain.flags import DEFAULT
from llama.domain.handler import (
    FileHandler,
    PermanentError,
    Product,
    dependencies_of,
    maker_of,
)
from llama.domain.inputs import InputFile
from llama.domain.kinds import TriggeredHandler
from llama.domain.notice import Notice, read_notice
from llama.domain.resources import is_resource, resource_of
from llama.handlers import (
    PIPELINE,
    Alert,
    ExternalOverlap,
    JointSky,
    NeutrinoList,
    PublishNotice,
    ResultNotice,
    Significance,
    Skymap,
    SkymapInfo,
    SkymapPlot,
    Summary,
)
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.writing import to_fits
from tests.support.notices import a_notice
from tests.support.outlets import MemoryOutlet
from tests.unit.handlers.builders import (
    a_blob,
    an_alert,
    gzipped,
    uniform_sky,
    with_distance,
)

EVENT = {
    "time": "2023-09-14T11:14:01.088Z",
    "far": 1e-9,
    "significant": True,
    "instruments": ["H1", "L1"],
    "group": "CBC",
    "pipeline": "gstlal",
    "search": "AllSky",
    "classification": {"BBH": 0.6, "Terrestrial": 0.4},
    "properties": {"HasNS": 0.0},
}
SKY_MAP = to_fits(with_distance(a_blob(4)))
NOW = datetime(2023, 9, 15, tzinfo=UTC)
SOURCES = {Skymap: "skymap", ExternalOverlap: "external_skymap"}
"""Those that cannot do without an attachment of the notice."""


def made(files: dict[type[FileHandler], InputFile]) -> dict[type[FileHandler], Product]:
    """Make every file whose inputs exist, in the order of the pipeline."""
    found: dict[type[FileHandler], Product] = {}
    for handler in PIPELINE:
        if is_resource(handler):
            files[handler] = GivenFile(resource_of(handler))
        elif _can_be_made(handler, files):
            given = GivenInputs(files, DEFAULT.as_mapping(), NOW, "S1-1-Initial", MemoryOutlet())
            found |= generate(handler, given, eventid="S1")
            files |= {one: GivenFile(found[one].content) for one in handler.MANIFEST_TYPES}
    return found


def _can_be_made(handler: type[FileHandler], files: dict[type[FileHandler], InputFile]) -> bool:
    if issubclass(handler, TriggeredHandler) or maker_of(handler) is not handler:
        return False
    said = orjson.loads(files[Alert].content)["event"]
    has_time = isinstance(said, dict) and isinstance(said.get("time"), str)
    attached = getattr(files[Alert], "attachments", {})
    has_source = handler not in SOURCES or SOURCES[handler] in attached
    needed = [need.handler for need in dependencies_of(handler) if not need.optional]
    is_timed = handler is not NeutrinoList or has_time
    return has_source and is_timed and all(one in files for one in needed)


def test_importing_the_handlers_loads_no_heavy_library() -> None:
    code = (
        "import sys, llama.handlers;"
        "heavy = ('numpy', 'astropy', 'matplotlib', 'jinja2', 'typst', 'httpx');"
        "print([m for m in heavy if m in sys.modules])"
    )

    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)

    assert done.stdout.strip() == b"[]"


def test_each_handler_follows_its_inputs() -> None:
    for number, handler in enumerate(PIPELINE):
        assert all(d.handler in PIPELINE[:number] for d in dependencies_of(handler))
    assert len({handler.FILENAME for handler in PIPELINE}) == len(PIPELINE)


def test_a_notice_with_a_map_gives_every_file() -> None:
    found = made(an_alert(event=EVENT, sky_map=gzipped(SKY_MAP)))

    absent = {handler for handler in PIPELINE if handler not in found}
    assert {one.__name__ for one in absent} == {"Alert", "BackgroundSets", "ExternalOverlap"}
    assert found[Skymap].content == SKY_MAP
    assert set(found[Skymap].aspects) == {"pixels", "localisation", "distance"}


def test_the_same_inputs_give_the_same_bytes() -> None:
    first = made(an_alert(event=EVENT, sky_map=SKY_MAP))
    second = made(an_alert(event=EVENT, sky_map=gzipped(SKY_MAP, mtime=12345)))

    assert {h: p.content for h, p in first.items()} == {h: p.content for h, p in second.items()}
    assert first[Skymap].aspects == second[Skymap].aspects


def test_a_notice_without_a_map_has_a_summary_that_says_so() -> None:
    found = made(an_alert(event=EVENT))

    assert not {Skymap, SkymapPlot, Significance, ResultNotice} & {*found}
    assert {SkymapInfo, JointSky, Summary, PublishNotice} < {*found}
    assert orjson.loads(found[SkymapInfo].content)["map"] is None
    assert b"The newest notice carries no sky map." in found[Summary].content


@pytest.mark.parametrize("skymap", ["U0lN...", {}, 5])
def test_the_summary_of_a_damaged_map_does_not_say_that_there_was_none(skymap: object) -> None:
    notice = read_notice(a_notice(event={**EVENT, "skymap": skymap}))
    assert isinstance(notice, Notice)

    alert = GivenFile(notice.alert, {"raw": b"the notice as it came"})

    page = made({Alert: alert})[Summary].content.decode()

    assert "something that is no readable sky map: see its oddities." in page
    assert "carries no sky map" not in page
    assert "event.skymap is" in page


def test_a_retraction_has_a_summary_that_says_so() -> None:
    found = made(an_alert(event=None, alert_type="RETRACTION"))

    assert b"This event was retracted" in found[Summary].content
    assert b"What was seen" not in found[Summary].content


def test_figures_are_those_of_notice_and_map() -> None:
    found = made(an_alert(event=EVENT, sky_map=SKY_MAP))

    info = orjson.loads(found[SkymapInfo].content)

    assert (info["most_likely"], info["far_words"]) == ("BBH", "1 per 31.7 years")
    assert info["map"]["distance_mean_mpc"] == pytest.approx(107.5, abs=0.5)
    assert (info["map"]["tiles"], info["map"]["finest_nside"]) == (3072, 16)
    assert 0 < info["map"]["area_50_deg2"] < info["map"]["area_90_deg2"]


def test_odd_fields_count_as_not_given() -> None:
    odd = {"time": 5, "far": "low", "instruments": "H1", "classification": [1], "group": None}

    info = orjson.loads(made(an_alert(event=odd))[SkymapInfo].content)

    assert set(info.values()) == {None}


@pytest.mark.parametrize("event", [[], "event", 3, {"skymap": "text"}])
def test_an_event_of_an_odd_type_still_has_a_summary(event: object) -> None:
    assert Summary in made(an_alert(event=event))


def test_a_map_that_is_none_fails_for_good() -> None:
    with pytest.raises(PermanentError, match="sky map"):
        made(an_alert(event=EVENT, sky_map=b"no map"))


def test_an_alert_that_is_no_json_fails_for_good() -> None:
    with pytest.raises(PermanentError, match=r"alert\.json is not JSON"):
        SkymapInfo().generate(GivenInputs({Alert: GivenFile(b"{")}))


def test_the_picture_needs_the_localisation_alone() -> None:
    near, far = (
        GivenInputs({Skymap: GivenFile(to_fits(with_distance(a_blob(4), mu=mu)))})
        for mu in (100.0, 200.0)
    )

    assert SkymapPlot().generate(near).content == SkymapPlot().generate(far).content


@pytest.mark.parametrize("sky_map", [uniform_sky(), a_blob(6, kappa=900.0, at=(0, 0, 1))])
def test_every_map_can_be_drawn(sky_map: MultiOrderMap) -> None:
    given = GivenInputs({Skymap: GivenFile(to_fits(sky_map))})

    picture = SkymapPlot().generate(given).content

    assert picture.startswith(b"\x89PNG")
    assert not [word for word in (b"Software", b"tIME") if word in picture]


def test_real_notices_give_every_file(notices: Path) -> None:
    from base64 import b64decode

    notice = orjson.loads((notices / "MS181101ab" / "MS181101ab-update.json").read_bytes())
    event = notice.pop("event")
    sky_map = b64decode(event.pop("skymap"))

    found = made(an_alert(event=event, sky_map=sky_map, superevent_id=notice["superevent_id"]))

    assert orjson.loads(found[SkymapInfo].content)["map"]["area_90_deg2"] == pytest.approx(
        30.98, rel=1e-3
    )
    assert read_map(found[Skymap].content).pixels_digest() == read_map(sky_map).pixels_digest()
    assert b"This is a mock event" in found[Summary].content
    assert datetime(2018, 11, 1, tzinfo=UTC).strftime("%Y-%m-%d").encode() in found[Summary].content
