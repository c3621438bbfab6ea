"""The products that people look at, as handlers: what they are made from and what they make."""

from collections.abc import Mapping

import orjson
import pytest

from llama.client.trial import try_handler
from llama.domain.handler import FileHandler, dependencies_of
from llama.handlers.alert import Alert
from llama.handlers.external_triggers import ExternalTriggers
from llama.handlers.joint_sky_plot import JointSky, JointSkyPdf
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.neutrino_tables import NeutrinoCsv, NeutrinoTex, NeutrinoText
from llama.handlers.significance import Significance
from llama.handlers.sky.writing import to_fits
from llama.handlers.skymap import Skymap
from llama.handlers.skymap_info import SkymapInfo
from llama.handlers.summary import Summary
from llama.handlers.summary_pdf import SummaryPdf
from llama.handlers.timeline_plot import Timeline
from tests.support.joint_samples import alert_json, neutrinos_json, significance_json
from tests.unit.handlers.builders import a_blob, with_distance

PRODUCTS = (JointSky, Timeline, NeutrinoText, Summary, SummaryPdf)
Files = Mapping[type[FileHandler], object]
FILES: Files = {
    Alert: alert_json(),
    Skymap: to_fits(a_blob(4)),
    SkymapInfo: {"group": "CBC", "map": None},
    NeutrinoList: neutrinos_json(),
    Significance: significance_json(),
    ExternalTriggers: {"triggers": []},
}


def contents(handler: type[FileHandler], files: Files = FILES) -> dict[str, bytes]:
    """Return what a handler makes from those files that it uses, by name."""
    used = {need.handler for need in dependencies_of(handler)}
    made = try_handler(handler, {one: files[one] for one in files if one in used})
    return {one.FILENAME: product.content for one, product in made.items()}


def needed(handler: type[FileHandler]) -> Files:
    """Return only those files without which a handler makes nothing."""
    required = {need.handler for need in dependencies_of(handler) if not need.optional}
    return {one: FILES[one] for one in FILES if one in required}


@pytest.mark.parametrize("handler", PRODUCTS)
def test_the_same_inputs_give_the_same_bytes(handler: type[FileHandler]) -> None:
    assert contents(handler) == contents(handler)


@pytest.mark.parametrize("handler", PRODUCTS)
def test_a_product_is_made_without_what_is_optional(handler: type[FileHandler]) -> None:
    found = contents(handler, needed(handler))

    assert set(found) == {one.FILENAME for one in handler.MANIFEST_TYPES}
    assert all(found.values())


def test_pictures_and_tables_are_made_together() -> None:
    assert set(contents(JointSky)) == {JointSky.FILENAME, JointSkyPdf.FILENAME}
    assert set(contents(NeutrinoText)) == {
        one.FILENAME for one in (NeutrinoText, NeutrinoCsv, NeutrinoTex)
    }


def test_the_joint_plot_needs_the_localisation_alone() -> None:
    near, far = (
        {**FILES, Skymap: to_fits(with_distance(a_blob(4), mu=mu))} for mu in (100.0, 200.0)
    )

    assert contents(JointSky, near) == contents(JointSky, far)


def test_another_heading_of_the_notice_leaves_the_tables() -> None:
    other = {**FILES, Alert: alert_json(alert_type="UPDATE", time_created="2023-09-15T00:00:00Z")}

    assert contents(NeutrinoText, other) == contents(NeutrinoText)


def test_the_list_and_its_tables_agree() -> None:
    names = [track["id"] for track in orjson.loads(orjson.dumps(neutrinos_json()))["tracks"]]

    table = contents(NeutrinoText)["neutrinos.txt"].decode()

    assert sorted(names) == sorted(line.split()[-1] for line in table.splitlines()[-len(names) :])


def test_the_summary_shows_what_the_search_found() -> None:
    page = contents(Summary)["summary.html"].decode()

    assert "Notable coincidence: p = 0.0071" in page
    assert page.count('<tr class="last">') == 4
