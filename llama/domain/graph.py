"""An event's graph as dot text: which file is made from which, and how each of them is.

The look says nothing that the words do not say too: printed in black and white, the picture still
tells all. Every text of others goes through `_text`, and nodes have names of our own, so that no
name can write dot or SVG.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from llama.domain.digests import WHOLE
from llama.domain.needs import Assessment, Assessor, Status
from llama.domain.states import EventState
from llama.domain.status import content_of
from schemas.files import DependencySpec

INK = "#1f2233"
SOFT = "#565c70"
EDGE = "#6b7186"
CHANGED = "#b35c00"
FONT = "Helvetica,Arial,sans-serif"
LINE_BREAK = r"\n"
MAX_LENGTH = 80
"""Longer texts are cut: a picture is not the place to read them."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e]")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}|[A-Za-z]{1,32}")


@dataclass(frozen=True, slots=True)
class Look:
    """How the box of a status looks."""

    fill: str
    line: str
    style: str = "SOLID"
    width: int = 1


LOOKS: Mapping[Status, Look] = {
    Status.CURRENT: Look("#dff3e4", "#1b7f3b"),
    Status.MISSING: Look("#ffffff", "#565c70", "DASHED"),
    Status.OBSOLETE: Look("#ffe7c2", "#b35c00", width=2),
    Status.WAITING: Look("#fff8d6", "#8a7400", "DOTTED"),
    Status.COOLING: Look("#dcedfb", "#1769aa", "DASHED"),
    Status.FAILED: Look("#fbdada", "#a61b1b", width=3),
    Status.BLOCKED: Look("#ece3f7", "#6b3fa0", "DASHED", 2),
    Status.VETOED: Look("#e4e4e8", "#26293a", width=3),
    Status.FROZEN: Look("#d5f1f4", "#0b7285", width=2),
    Status.MASKED: Look("#f4f4f6", "#9398a8", "DOTTED"),
}


def dot_of(state: EventState, *, title: str, bgcolor: str = "white") -> str:
    """Return the graph of an event's handlers in the dot language, with a legend.

    A box is a handler with its files, their versions and their status; an arrow goes from a file
    to what is made from it, with the aspects used where it is not the whole file, dashed where it
    is optional, heavy where that input has changed since. `bgcolor` is a name or #rrggbb
    (ValueError otherwise).
    """
    if not _COLOUR.fullmatch(bgcolor):
        raise ValueError(f"{bgcolor!r} is no colour: write #rrggbb, or a name such as white")
    assessments = Assessor(state).all()
    return "\n".join(
        [
            "digraph event {",
            f'  graph [rankdir=LR, bgcolor="{bgcolor}", pad=0.25, nodesep=0.35, ranksep=0.7,',
            f'    fontname="{FONT}", fontcolor="{INK}", labelloc=t, labeljust=l,',
            f"    label={_heading(title, assessments)}];",
            f'  node [shape=plain, fontname="{FONT}", fontcolor="{INK}", fontsize=13];',
            f'  edge [fontname="{FONT}", fontcolor="{SOFT}", fontsize=10, color="{EDGE}",',
            "    arrowsize=0.7, penwidth=1.2];",
            *_nodes(state, assessments),
            *_edges(assessments),
            "}\n",
        ]
    )


def _heading(title: str, assessments: tuple[Assessment, ...]) -> str:
    seen = [status for status in Status if any(a.status is status for a in assessments)]
    chips = "".join(f"<TD>{_chip(status)}</TD>" for status in seen)
    legend = f'<TR><TD ALIGN="LEFT">{_table(f"<TR>{chips}</TR>", spacing=6)}</TD></TR>'
    note = '<TR><TD ALIGN="LEFT">no pipeline is adopted yet</TD></TR>'
    named = f'<FONT POINT-SIZE="17"><B>{_text(title)}</B></FONT>'
    heading = f'<TR><TD ALIGN="LEFT">{named}</TD></TR>'
    return f"<{_table(heading + (legend if seen else note), spacing=2)}>"


def _chip(status: Status) -> str:
    word = f'<TR><TD><FONT POINT-SIZE="11">{status.value}</FONT></TD></TR>'
    return _table(word, look=LOOKS[status], padding=3)


def _nodes(state: EventState, assessments: tuple[Assessment, ...]) -> Iterator[str]:
    for number, assessment in enumerate(assessments):
        tooltip = f"{assessment.status.value}: {assessment.reason}"
        yield f'  n{number} [label=<{_box(state, assessment)}>, tooltip="{_quoted(tooltip)}"];'


def _box(state: EventState, assessment: Assessment) -> str:
    rows = [_file_row(state, assessment, file) for file in assessment.handler.files]
    rows.append(
        f'<TR><TD ALIGN="LEFT"><FONT POINT-SIZE="11"><B>{assessment.status.value}</B></FONT></TD>'
        f'<TD ALIGN="RIGHT"><FONT POINT-SIZE="10" COLOR="{SOFT}">'
        f"{_text(assessment.handler.name)}</FONT></TD></TR>"
    )
    return _table("".join(rows), look=LOOKS[assessment.status], padding=4)


def _file_row(state: EventState, assessment: Assessment, file: str) -> str:
    stored = content_of(state, assessment, file)
    version = f"v{stored.version}" if stored else "\N{EN DASH}"
    return (
        f'<TR><TD ALIGN="LEFT"><B>{_text(file)}</B></TD>'
        f'<TD ALIGN="RIGHT"><FONT POINT-SIZE="11">{version}</FONT></TD></TR>'
    )


def _table(rows: str, *, look: Look | None = None, spacing: int = 0, padding: int = 0) -> str:
    border = 'BORDER="0"'
    if look is not None:
        style = "ROUNDED" if look.style == "SOLID" else f"ROUNDED,{look.style}"
        border = f'BORDER="{look.width}" STYLE="{style}" BGCOLOR="{look.fill}" COLOR="{look.line}"'
    inner = f'CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"'
    return f'<TABLE ALIGN="LEFT" {border} {inner}>{rows}</TABLE>'


def _edges(assessments: tuple[Assessment, ...]) -> Iterator[str]:
    makers = {
        file: number
        for number, assessment in enumerate(assessments)
        for file in assessment.handler.files
    }
    for number, assessment in enumerate(assessments):
        for dependency in assessment.handler.dependencies:
            if dependency.file in makers:
                attributes = ", ".join(_edge(assessment, dependency))
                yield f"  n{makers[dependency.file]} -> n{number} [{attributes}];"


def _edge(assessment: Assessment, dependency: DependencySpec) -> Iterator[str]:
    used = {f"{dependency.file}#{aspect}" for aspect in dependency.aspects}
    is_changed = any(change.input in used for change in assessment.changes)
    words = [
        *(() if dependency.aspects == (WHOLE,) else dependency.aspects),
        *(["(optional)"] if dependency.optional else []),
        *(["(changed)"] if is_changed else []),
    ]
    yield f'label="{LINE_BREAK.join(f" {_quoted(word)} " for word in words)}"'
    yield f'tooltip="{_quoted(", ".join([dependency.file, *words]))}"'
    if dependency.optional:
        yield "style=dashed"
    if is_changed:
        yield f'color="{CHANGED}", penwidth=2.4'


def _text(text: str) -> str:
    r"""Return a text of others for a label like HTML, where \N still means something."""
    return escape(_printable(text)).replace("\\", r"\\")


def _quoted(text: str) -> str:
    r"""Return a text of others for a quoted string, where \N, \n and &lt; mean something."""
    return escape(_printable(text), quote=False).replace("\\", r"\\").replace('"', r"\"")


def _printable(text: str) -> str:
    cleaned = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(cleaned) <= MAX_LENGTH:
        return cleaned
    return cleaned[: MAX_LENGTH - 1] + "\N{HORIZONTAL ELLIPSIS}"
