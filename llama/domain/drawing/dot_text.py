"""Pieces of dot text that every graph is written with.

Every text of others goes through `label_text` or `quoted`, and nodes have names of our own, so
that no name can write dot or SVG.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Protocol
from urllib.parse import urlsplit

from llama.domain.digests import WHOLE
from llama.domain.drawing.colours import DARK_INK, background, ink_on

FONT = "Helvetica,Arial,sans-serif"
LINE_BREAK = r"\n"
MAX_LENGTH = 80
"""Longer texts are cut: a picture is not the place to read them."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e]")
_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+(?:[/?#][\w/?#@!$&()*+,;=:%.~\[\]'-]*)?", re.ASCII)


class BoxStyle(Protocol):
    """How a box looks: the fill and line are colours, the width is in points."""

    @property
    def fill(self) -> str:
        """Colour of its inside."""
        ...

    @property
    def line(self) -> str:
        """Colour of its border."""
        ...

    @property
    def style(self) -> str:
        """SOLID, DASHED or DOTTED."""
        ...

    @property
    def width(self) -> int:
        """Width of its border."""
        ...


def digraph(name: str, bgcolor: str, heading: str, body: Sequence[str]) -> str:
    """Return a graph that goes from left to right, with a heading at its upper left.

    The heading is a table like HTML; `bgcolor` is a name or #rrggbb (ValueError otherwise).
    """
    ink = ink_on(bgcolor)
    return "\n".join(
        [
            f"digraph {name} {{",
            f'  graph [rankdir=LR, bgcolor="{background(bgcolor)}", pad=0.25, nodesep=0.35,',
            f'    ranksep=0.7, fontname="{FONT}", fontcolor="{ink.text}", labelloc=t, labeljust=l,',
            f"    label=<{heading}>];",
            f'  node [shape=plain, fontname="{FONT}", fontcolor="{DARK_INK.text}", fontsize=13];',
            f'  edge [fontname="{FONT}", fontcolor="{ink.soft}", fontsize=10, color="{ink.line}",',
            "    arrowsize=0.7, penwidth=1.2];",
            *body,
            "}\n",
        ]
    )


def heading_table(title: str, rest: str, *, url: str = "") -> str:
    """Return a heading: a title, which may lead to an address, and what stands below it."""
    named = f'<FONT POINT-SIZE="17"><B>{label_text(title)}</B></FONT>'
    link = f' HREF="{address(url)}" TITLE="{address(url)}"' if url else ""
    below = f'<TR><TD ALIGN="LEFT">{rest}</TD></TR>' if rest else ""
    return table(f'<TR><TD ALIGN="LEFT"{link}>{named}</TD></TR>{below}', spacing=2)


def chips(words: Sequence[tuple[str, BoxStyle]]) -> str:
    """Return a row of small boxes with a word in each: a legend."""
    cells = "".join(f"<TD>{_chip(word, style)}</TD>" for word, style in words)
    return table(f"<TR>{cells}</TR>", spacing=6)


def _chip(word: str, style: BoxStyle) -> str:
    said = f'<FONT POINT-SIZE="11" COLOR="{DARK_INK.text}">{label_text(word)}</FONT>'
    return table(f"<TR><TD>{said}</TD></TR>", style=style, padding=3)


def table(rows: str, *, style: BoxStyle | None = None, spacing: int = 0, padding: int = 0) -> str:
    """Return a table like HTML, with a rounded border if it has a style."""
    border = 'BORDER="0"'
    if style is not None:
        lines = "ROUNDED" if style.style == "SOLID" else f"ROUNDED,{style.style}"
        border = f'BORDER="{style.width}" STYLE="{lines}" BGCOLOR="{style.fill}"'
        border = f'{border} COLOR="{style.line}"'
    inner = f'CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"'
    return f'<TABLE ALIGN="LEFT" {border} {inner}>{rows}</TABLE>'


def edge_words(aspects: Sequence[str], *, optional: bool) -> tuple[str, ...]:
    """Return what stands at an arrow: the aspects, but for the whole file, and if it may lack."""
    named = () if tuple(aspects) == (WHOLE,) else tuple(aspects)
    return (*named, *(("(optional)",) if optional else ()))


def edge_label(file: str, words: Sequence[str]) -> str:
    """Return the attributes that say the words at an arrow from a file."""
    label = LINE_BREAK.join(f" {quoted(word)} " for word in words)
    return f'label="{label}", tooltip="{quoted(", ".join([file, *words]))}"'


def address(url: str) -> str:
    """Return an address for an attribute like HTML; ValueError if it is none of the web.

    Of other schemes some are programs; of other characters some end the attribute.
    """
    if not _ADDRESS.fullmatch(url) or not urlsplit(url).hostname:
        message = f"{url!r} is no address that a picture may lead to"
        raise ValueError(f"{message}: give one that begins with https:// or http://")
    return escape(url)


def label_text(text: str) -> str:
    r"""Return a text of others for a label like HTML, where \N still means something."""
    return escape(_printable(text)).replace("\\", r"\\")


def quoted(text: str) -> str:
    r"""Return a text of others for a quoted string, where \N, \n and &lt; mean something."""
    return escape(_printable(text), quote=False).replace("\\", r"\\").replace('"', r"\"")


def _printable(text: str) -> str:
    cleaned = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(cleaned) <= MAX_LENGTH:
        return cleaned
    return cleaned[: MAX_LENGTH - 1] + "\N{HORIZONTAL ELLIPSIS}"
