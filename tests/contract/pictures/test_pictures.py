"""What a picture of a graph is, whatever the texts in it."""

import os
import threading
import xml.etree.ElementTree as ET

import pytest

from llama.adapters.graphviz import render, without_font_comments
from llama.domain.assessment import Status
from llama.domain.drawing.graph import LOOKS, dot_of
from llama.domain.states import EventState
from llama.ports.pictures import PictureFormat
from schemas.files import DependencySpec, HandlerSpec, Manifest
from tests.support.world import World

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    '</title></svg><script>alert("x")</script>',
    '"];} digraph x { evil [label="y" URL="javascript:alert(1)"',
    "<IMG SRC='/etc/hostname'/></TD></TABLE>>]; evil [label=<",
    "\\N\\G\\E\\T\\l&lt;b&gt;&#0;%n",
    "\x00\x01\x1b[31m\n\r\t\x85\u202e\ufffe",
    "]]><!-- --",
    "ä 中 ∮ \N{GRINNING FACE}",
    "x" * 5000,
)


def a_dot() -> str:
    world = World("skymap <- alert#skymap", "info <- alert#event skymap?", "plot <- skymap")
    world.notice("INITIAL", minute=1, skymap="a")
    return dot_of(world.state, title="MS1")


def a_hostile_dot(text: str) -> str:
    """Build a graph of names that no message would be accepted with."""
    needs = DependencySpec.model_construct(file=text, aspects=(text, text), optional=True)
    first = HandlerSpec.model_construct(
        name=text, kind="triggered", files=(text,), dependencies=(), code="1"
    )
    second = HandlerSpec.model_construct(
        name=f"{text}2", kind="made", files=("second",), dependencies=(needs,), code="1"
    )
    manifest = Manifest.model_construct(digest="0" * 64, handlers=(first, second))
    return dot_of(EventState("MS1", manifest=manifest), title=text)


def texts_of(picture: bytes) -> list[str]:
    return [element.text or "" for element in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("picture_format", "beginning"),
    [("svg", b"<?xml"), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"), ("dot", b"digraph")],
)
def test_draws_in_every_format(picture_format: PictureFormat, beginning: bytes) -> None:
    assert render(a_dot(), picture_format).startswith(beginning)


def test_the_picture_has_the_words() -> None:
    texts = texts_of(render(a_dot(), "svg"))

    for word in ("MS1", "skymap", "info", "plot", "current", "missing", "waiting", "(optional)"):
        assert word in [text.strip() for text in texts]


def test_the_picture_stands_still() -> None:
    """An equal graph gives equal bytes: what has not changed need not be sent again."""
    assert render(a_dot(), "svg") == render(a_dot(), "svg")


def test_the_layout_puts_ancestors_before_descendants() -> None:
    root = ET.fromstring(render(a_dot(), "svg"))
    places = {
        (text.text or "").strip(): float(text.attrib["x"])
        for text in root.iter(f"{SVG}text")
        if text.attrib.get("font-weight") == "bold"
    }

    assert places["alert"] < places["skymap"] < places["plot"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_can_write_dot_or_svg(text: str) -> None:
    root = ET.fromstring(render(a_hostile_dot(text), "svg"))

    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "g", "title", "a", "text", "path", "polygon", "polyline", "ellipse"}
    nodes = [group for group in root.iter(f"{SVG}g") if group.attrib.get("class") == "node"]
    assert len(nodes) == 2
    links = [name for element in root.iter() for name in element.attrib if name.endswith("}href")]
    assert not links


def test_a_printable_text_is_shown_as_it_is() -> None:
    text = "a<b>&amp;\\N \"q\" 'p' {x|y}"

    texts = [shown.strip() for shown in texts_of(render(a_hostile_dot(text), "svg"))]

    # The title, the file, its handler, and the two lines at the arrow.
    assert texts.count(text) == 5


def test_a_background_can_be_left_out() -> None:
    picture = render(dot_of(EventState("MS1"), title="x", bgcolor="transparent"), "svg")

    assert b'fill="white"' not in picture


@pytest.mark.parametrize("dot", ["", "digraph {", "no graph", 'digraph { a [label="\0"]; }'])
def test_what_is_no_graph_is_refused(dot: str) -> None:
    with pytest.raises(ValueError, match="graph"):
        render(dot, "svg")


def test_every_status_can_be_drawn() -> None:
    assert LOOKS.keys() == set(Status)
    for look in LOOKS.values():
        style = "ROUNDED" if look.style == "SOLID" else f"ROUNDED,{look.style}"
        table = f'<TABLE STYLE="{style}" BGCOLOR="{look.fill}" COLOR="{look.line}">'
        dot = f"digraph {{ a [label=<{table}<TR><TD>x</TD></TR></TABLE>>]; }}"
        assert look.fill.encode() in render(dot, "svg")


def test_several_threads_draw_at_a_time() -> None:
    expected, dot = render(a_dot(), "svg"), a_dot()
    drawn: list[bytes] = []
    threads = [threading.Thread(target=lambda: drawn.append(render(dot, "svg"))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert drawn == [expected] * 8


def test_only_comments_on_fonts_are_kept_off_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with without_font_comments():
        os.write(2, b'Fontconfig warning: "fonts.conf", line 5: unknown element\nfrom a thread\n')
    os.write(2, b"afterwards\n")

    assert capfd.readouterr().err == "from a thread\nafterwards\n"


def test_drawing_says_nothing_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    render(a_dot(), "png")

    assert not capfd.readouterr().err
