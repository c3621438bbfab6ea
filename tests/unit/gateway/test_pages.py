"""The pages: what a person sees, and what no text of strangers can do to it."""

import base64
import hashlib
import re
import xml.etree.ElementTree as ET

from schemas.facts import FileVetoed, FlagsChanged
from schemas.flags import FlagName
from schemas.reports import RevisionCommitted
from tests.unit.gateway.scene import EVENT, START, a_made_scene, a_scene

PAGE = f"/events/{EVENT}/page"
HOSTILE = '<script>alert(1)</script>"&{{ 7 * 7 }}'


async def test_an_empty_list_says_what_will_appear() -> None:
    async with a_scene() as scene:
        page = await scene.get("/")

    assert page.headers["Content-Type"].startswith("text/html")
    assert "There is no event yet" in page.text


async def test_the_list_leads_to_every_event_and_says_how_it_is() -> None:
    async with a_made_scene() as scene:
        page = (await scene.get("/")).text

    assert f'href="{PAGE}"' in page
    for words in ("PRELIMINARY", ">test<", ">settled<", "5 current"):
        assert words in page


async def test_the_page_of_an_event_shows_its_files_with_their_reasons() -> None:
    async with a_made_scene() as scene:
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")
        page = (await scene.get(PAGE)).text

    assert f'href="/events/{EVENT}/files/skymap.fits"' in page
    assert '<span class="status obsolete">obsolete</span>' in page
    assert "alert.json#skymap changed from" in page
    assert ">working<" in page
    assert '<meta http-equiv="refresh"' in page


async def test_the_page_embeds_the_map_and_the_graph_and_leads_to_the_summary() -> None:
    async with a_made_scene() as scene:
        page = (await scene.get(PAGE)).text

    assert f'<img src="/events/{EVENT}/files/skymap.png"' in page
    assert f'<img src="/events/{EVENT}/graph.svg"' in page
    assert f'href="/events/{EVENT}/files/summary.html"' in page
    assert "refresh" not in page


async def test_the_page_of_a_retracted_event_shows_no_results() -> None:
    async with a_made_scene() as scene:
        await scene.notice("RETRACTION", minute=9)
        page = (await scene.get(PAGE)).text

    assert "This event was retracted" in page
    assert "files/skymap.png" not in page
    assert "files/summary.html" not in page


async def test_an_event_without_a_pipeline_has_a_page() -> None:
    async with a_scene() as scene:
        await scene.notice("INITIAL", minute=1)
        page = await scene.get(PAGE)

    assert page.status_code == 200
    assert "no pipeline is adopted yet" in page.text


async def test_the_page_shows_flags_and_history() -> None:
    revision = RevisionCommitted(id="r", occurred_at=START, event=EVENT, commit="ab" * 20, number=3)
    flagged = FlagsChanged(id="f", occurred_at=START, event=EVENT, changes={FlagName.UPLOAD: True})
    async with a_made_scene() as scene:
        scene.store.revisions[EVENT, 3] = revision
        await scene.fold(flagged)
        page = (await scene.get(PAGE)).text

    assert "<dt>UPLOAD</dt><dd>yes</dd>" in page
    assert "<code>abababababab</code>" in page
    assert "<td>flags UPLOAD=true</td>" in _unmarked(page)


async def test_the_page_tells_who_ordered_what_and_why() -> None:
    order = {"id": "r", "occurred_at": START, "event": EVENT, "by": "ada", "reason": "a glitch"}
    veto = FileVetoed.model_validate({**order, "handler": "Skymap"})
    async with a_made_scene() as scene:
        await scene.fold(veto)
        page = _unmarked((await scene.get(PAGE)).text)

    assert "<td>veto skymap.fits</td><td>ada</td><td>a glitch</td>" in page
    assert "<td>PRELIMINARY notice of 2026-11-22 00:01:00</td>" in page


async def test_an_event_that_a_flag_began_is_listed_and_awaits_a_notice() -> None:
    flagged = FlagsChanged(id="f", occurred_at=START, event=EVENT, changes={FlagName.UPLOAD: True})
    async with a_scene() as scene:
        await scene.adopt()
        await scene.fold(flagged)
        listed, page = (await scene.get("/")).text, (await scene.get(PAGE)).text

    assert f'href="{PAGE}"' in listed
    assert ">awaits a notice<" in listed
    assert ">awaits a notice<" in page


async def test_texts_of_strangers_are_shown_as_text() -> None:
    async with a_made_scene() as scene:
        vetoed = FileVetoed(
            id=HOSTILE.replace(" ", ""),
            occurred_at=START,
            event=EVENT,
            handler="Summary",
            reason=HOSTILE,
        )
        await scene.fold(vetoed)
        page = (await scene.get(PAGE)).text
        picture = (await scene.get(f"/events/{EVENT}/graph.svg")).text

    assert "<script" not in page + picture
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&amp;{{ 7 * 7 }}" in page


async def test_the_policy_admits_the_style_of_the_page_and_nothing_else() -> None:
    async with a_made_scene() as scene:
        page = await scene.get(PAGE)

    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'sha256-")
    assert f"'sha256-{digest}'" in policy
    assert "style=" not in page.text


async def test_the_graph_is_a_picture_that_is_drawn_once_for_each_state() -> None:
    async with a_made_scene() as scene:
        drawn = await scene.get(f"/events/{EVENT}/graph.svg")
        tag = {"If-None-Match": drawn.headers["ETag"]}
        again = await scene.get(f"/events/{EVENT}/graph.svg", **tag)
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")
        changed = await scene.get(f"/events/{EVENT}/graph.svg", **tag)

    assert drawn.headers["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(drawn.content).tag.endswith("svg")
    assert (again.status_code, changed.status_code) == (304, 200)


async def test_a_gateway_without_pictures_shows_the_rest() -> None:
    async with a_scene(draw=None) as scene:
        await scene.notice("INITIAL", minute=1)
        page, picture = await scene.get(PAGE), await scene.get(f"/events/{EVENT}/graph.svg")

    assert (page.status_code, "graph.svg" in page.text) == (200, False)
    assert (picture.status_code, picture.json()["error"]) == (501, "no_pictures")


def _unmarked(page: str) -> str:
    """Return a page whose table cells have no titles."""
    return re.sub(r' title="[^"]*"', "", page)
