"""A pipeline's picture: always as dot text, and in a file if one is named."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from llama import DEFAULT_PIPELINE, FileHandler, Pipeline
from tests.support import handlers_for_people as people
from tests.support.handlers_for_people import Info, Notice, Plot, Sky

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
WHOLE = Pipeline.from_module(people)


def boxes_of(dot: str) -> list[str]:
    return re.findall(r"^  n\d+ \[label=<.*", dot, re.MULTILINE)


def edges_of(dot: str) -> list[str]:
    return re.findall(r"^  n\d+(?::f\d+)? -> n\d+ \[.*", dot, re.MULTILINE)


def test_the_dot_text_is_returned_whether_or_not_a_file_is_named(tmp_path: Path) -> None:
    text = DEFAULT_PIPELINE.dependency_graph()

    assert text.startswith("digraph")
    assert DEFAULT_PIPELINE.dependency_graph(tmp_path / "graph.svg") == text
    assert DEFAULT_PIPELINE.dependency_graph(outfile=str(tmp_path / "graph.dot")) == text


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("graph.dot", b"digraph pipeline {"),
        ("graph.svg", b"<?xml"),
        ("graph.png", b"\x89PNG\r\n\x1a\n"),
        ("graph.pdf", b"%PDF-"),
        ("GRAPH.PNG", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_the_suffix_decides_the_form(tmp_path: Path, name: str, beginning: bytes) -> None:
    DEFAULT_PIPELINE.dependency_graph(tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(beginning)


def test_no_program_of_the_machine_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    for suffix in ("dot", "svg", "png", "pdf"):
        DEFAULT_PIPELINE.dependency_graph(tmp_path / f"graph.{suffix}")

    assert all(path.stat().st_size > 1000 for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 4


def test_a_dot_file_is_the_text_itself(tmp_path: Path) -> None:
    text = WHOLE.dependency_graph(tmp_path / "graph.dot")

    assert (tmp_path / "graph.dot").read_text() == text


@pytest.mark.parametrize("name", ["graph.jpg", "graph", "graph.svg.gz", ".png"])
def test_another_suffix_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"none of the suffixes \.dot, \.svg, \.png, \.pdf: give"):
        DEFAULT_PIPELINE.dependency_graph(tmp_path / name)

    assert list(tmp_path.iterdir()) == []


def test_the_title_is_pipeline_unless_it_is_said() -> None:
    assert "<B>Pipeline</B>" in DEFAULT_PIPELINE.dependency_graph()
    assert "<B>Follow-up</B>" in DEFAULT_PIPELINE.dependency_graph(title="Follow-up")


def test_a_title_is_shown_as_it_is(tmp_path: Path) -> None:
    title = 'a<b> & "c" \\N {d}'

    DEFAULT_PIPELINE.dependency_graph(tmp_path / "graph.svg", title=title)

    texts = [text.text for text in ET.parse(tmp_path / "graph.svg").iter(f"{SVG}text")]
    assert texts[0] == title


def test_the_background_is_black_unless_it_is_said() -> None:
    assert 'bgcolor="#000000"' in DEFAULT_PIPELINE.dependency_graph()
    assert 'bgcolor="#ffffff"' in DEFAULT_PIPELINE.dependency_graph(bgcolor="white")
    assert 'bgcolor="#112233"' in DEFAULT_PIPELINE.dependency_graph(bgcolor="#123")


def test_what_is_no_colour_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'blak' is no colour: write #rrggbb, or a name"):
        DEFAULT_PIPELINE.dependency_graph(tmp_path / "graph.svg", bgcolor="blak")

    assert list(tmp_path.iterdir()) == []


def test_the_title_leads_to_the_address_and_nothing_else_does(tmp_path: Path) -> None:
    url = "https://example.org/a%20b?c=1&d='2'#e"

    DEFAULT_PIPELINE.dependency_graph(tmp_path / "graph.svg", url=url)

    elements = list(ET.parse(tmp_path / "graph.svg").iter())
    links = [element.attrib[LINK] for element in elements if LINK in element.attrib]
    assert links == [url]


def test_without_an_address_there_is_no_link(tmp_path: Path) -> None:
    DEFAULT_PIPELINE.dependency_graph(tmp_path / "graph.svg")

    assert b":href" not in (tmp_path / "graph.svg").read_bytes()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org",
        "example.org",
        "https://",
        "https://example.org/a b",
        'https://example.org/"><script>',
        "https://example.org/\\N",
        "https://example.org/\n",
        "//example.org",
    ],
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address that a picture may lead to: give one"):
        DEFAULT_PIPELINE.dependency_graph(url=url)


def test_a_box_has_the_file_and_the_class() -> None:
    boxes = boxes_of(Pipeline(Notice, Sky).dependency_graph())

    assert len(boxes) == 2
    for word in ("<B>sky.fits</B>", ">Sky<"):
        assert word in boxes[1]


def test_files_made_together_are_one_box_with_a_row_for_each() -> None:
    boxes = boxes_of(WHOLE.dependency_graph())
    (together,) = [box for box in boxes if ">Significance<" in box]

    for word in ("significance.json", "significance.csv", "significance.png"):
        assert f"<B>{word}</B>" in together
    assert len(boxes) == len(WHOLE) - 2


def test_an_arrow_begins_at_the_file_that_is_used() -> None:
    dot = WHOLE.dependency_graph()
    boxes = [re.findall(r"<B>([\w.]+)</B>", box) for box in boxes_of(dot)]
    made = next(place for place, box in enumerate(boxes) if "significance.csv" in box)
    report = next(place for place, box in enumerate(boxes) if "report.html" in box)

    arrows = [edge.split(" [")[0].strip() for edge in edges_of(dot)]

    assert {f"n{made}:f1 -> n{report}", f"n{made}:f2 -> n{report}"} <= set(arrows)
    assert f"n{made}:f0 -> n{report}" not in arrows


def test_an_arrow_says_the_aspects_and_whether_it_is_optional() -> None:
    event, skymap = edges_of(Pipeline(Notice, Sky, Info).dependency_graph())[1:]

    assert 'label=" event "' in event
    assert "style=dashed" not in event
    assert r'label=" pixels \n distance \n (optional) "' in skymap
    assert "style=dashed" in skymap


def test_the_legend_has_the_kinds_that_there_are() -> None:
    def legend(pipeline: Pipeline) -> list[str]:
        heading = pipeline.dependency_graph().partition("node [")[0]
        return re.findall(r'POINT-SIZE="11" COLOR="#\w{6}">([^<]+)<', heading)

    assert legend(Pipeline(Notice, Sky)) == ["comes from outside", "made"]
    assert legend(WHOLE) == ["comes from outside", "polled", "made", "made once", "upload receipt"]


def test_what_is_not_in_the_pipeline_is_not_in_the_picture() -> None:
    dot = Pipeline(Sky, Plot).dependency_graph()

    assert "notice.json" not in dot
    assert len(edges_of(dot)) == 1


def test_a_pipeline_without_handlers_has_a_picture_that_says_so(tmp_path: Path) -> None:
    dot = Pipeline().dependency_graph(tmp_path / "graph.png")

    assert "no handlers" in dot
    assert boxes_of(dot) == []
    assert (tmp_path / "graph.png").stat().st_size > 100


def test_equal_pipelines_have_equal_pictures() -> None:
    classes: tuple[type[FileHandler], ...] = tuple(WHOLE.values())

    assert Pipeline(*reversed(classes)).dependency_graph() == WHOLE.dependency_graph()
