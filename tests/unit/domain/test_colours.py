"""What stands on a background can be read, whatever colour it has."""

import re

import pytest

from llama.domain.drawing import colours
from llama.domain.drawing.colours import DARK_INK, LIGHT_INK, background, ink_on
from llama.domain.drawing.graph import dot_of
from tests.support.world import World

NAMES = [name for name, _ in re.findall(r"(\w+)=(\w{6})", colours.NAMED)]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours after WCAG 2, from 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_title_can_be_read_on_every_named_colour(name: str) -> None:
    """WCAG 2 asks 3 of letters of this size."""
    assert contrast(ink_on(name).text, background(name)) > 3.5


@pytest.mark.parametrize("colour", ["black", "white", "midnightblue", "#101820", "ivory"])
def test_small_words_and_lines_can_be_read_on_usual_backgrounds(colour: str) -> None:
    ink = ink_on(colour)

    for part in (ink.text, ink.soft, ink.line, ink.changed):
        assert contrast(part, background(colour)) > 3


@pytest.mark.parametrize(
    ("colour", "figures"),
    [
        ("white", "#ffffff"),
        ("Black", "#000000"),
        ("green", "#008000"),
        ("#ABC", "#aabbcc"),
        ("#A1b2C3", "#a1b2c3"),
        ("#a1b2c380", "#a1b2c380"),
        ("transparent", "transparent"),
    ],
)
def test_a_colour_is_given_in_figures(colour: str, figures: str) -> None:
    assert background(colour) == figures


@pytest.mark.parametrize("colour", ["", "whit", "ffffff", "#12", "#12345", "a b", "white\n", "é"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="is no colour: write #rrggbb, or a name such as white"):
        ink_on(colour)


def test_dark_paper_has_light_ink_and_the_other_way_round() -> None:
    assert ink_on("black") == ink_on("#000") == LIGHT_INK
    assert ink_on("white") == ink_on("transparent") == DARK_INK


def test_an_events_graph_can_be_read_on_black_too() -> None:
    world = World("skymap <- alert#skymap")
    world.notice("INITIAL", minute=1, skymap="a")

    on_black = dot_of(world.state, title="MS1", bgcolor="black")

    assert f'fontcolor="{LIGHT_INK.text}", labelloc' in on_black
    assert f'color="{LIGHT_INK.line}"' in on_black
    assert f'fontcolor="{DARK_INK.text}", fontsize=13' in on_black


def test_an_events_graph_can_lead_somewhere() -> None:
    dot = dot_of(World().state, title="MS1", url="https://example.org/?a=1&b=2")

    assert 'HREF="https://example.org/?a=1&amp;b=2"' in dot
