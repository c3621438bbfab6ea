"""An event's graph as dot text: which file is made from which, and how each of them is.

The look says nothing that the words do not say too: printed in black and white, the picture still
tells all.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from llama.domain.assessment import Assessment, Status
from llama.domain.contents import fixed_in
from llama.domain.drawing.colours import DARK_INK, Ink, ink_on
from llama.domain.drawing.dot_text import (
    chips,
    digraph,
    edge_label,
    edge_words,
    heading_table,
    label_text,
    quoted,
    table,
)
from llama.domain.needs import Assessor
from llama.domain.states import EventState
from llama.domain.status import content_of
from schemas.files import DependencySpec


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


_RESOURCE = Look("#eef0ff", "#3b4cc0", "DOTTED", 2)
_DIGEST = 12
"""As much of a digest as a person compares."""


def dot_of(state: EventState, *, title: str, bgcolor: str = "white", url: str = "") -> str:
    """Return the graph of an event's handlers in the dot language, with a legend.

    A box is a handler with its files, their versions and their status, or a resource of the
    deployment; an arrow goes from a file to what is made from it, with the aspects used where it
    is not the whole file, dashed where it is optional, heavy where that input has changed since.
    `bgcolor` is a name or #rrggbb, `url` where the title leads to (ValueError if it is none).
    """
    assessments = Assessor(state).all()
    seen = [status for status in Status if any(a.status is status for a in assessments)]
    legend = chips([(status.value, LOOKS[status]) for status in seen])
    heading = heading_table(title, legend if seen else "no pipeline is adopted yet", url=url)
    ink = ink_on(bgcolor)
    fixed = fixed_in(state.manifest) if state.manifest else {}
    return digraph(
        "event",
        bgcolor,
        heading,
        [*_nodes(state, assessments), *_resources(fixed), *_edges(assessments, fixed, ink)],
    )


def _nodes(state: EventState, assessments: tuple[Assessment, ...]) -> Iterator[str]:
    for number, assessment in enumerate(assessments):
        tooltip = f"{assessment.status.value}: {assessment.reason}"
        yield f'  n{number} [label=<{_box(state, assessment)}>, tooltip="{quoted(tooltip)}"];'


def _box(state: EventState, assessment: Assessment) -> str:
    rows = [_file_row(state, assessment, file) for file in assessment.handler.files]
    rows.append(
        f'<TR><TD ALIGN="LEFT"><FONT POINT-SIZE="11"><B>{assessment.status.value}</B></FONT></TD>'
        f'<TD ALIGN="RIGHT"><FONT POINT-SIZE="10" COLOR="{DARK_INK.soft}">'
        f"{label_text(assessment.handler.name)}</FONT></TD></TR>"
    )
    return table("".join(rows), style=LOOKS[assessment.status], padding=4)


def _file_row(state: EventState, assessment: Assessment, file: str) -> str:
    stored = content_of(state, assessment, file)
    version = f"v{stored.version}" if stored else "\N{EN DASH}"
    return (
        f'<TR><TD ALIGN="LEFT"><B>{label_text(file)}</B></TD>'
        f'<TD ALIGN="RIGHT"><FONT POINT-SIZE="11">{version}</FONT></TD></TR>'
    )


def _resources(fixed: Mapping[str, str]) -> Iterator[str]:
    """Go through the boxes of what the deployment brings along for all events."""
    for number, (file, digest) in enumerate(fixed.items()):
        rows = (
            f'<TR><TD ALIGN="LEFT"><B>{label_text(file)}</B></TD></TR>'
            f'<TR><TD ALIGN="LEFT"><FONT POINT-SIZE="10" COLOR="{DARK_INK.soft}">'
            f"resource {digest[:_DIGEST]}</FONT></TD></TR>"
        )
        box, tooltip = table(rows, style=_RESOURCE, padding=4), f"{file}: a resource"
        yield f'  r{number} [label=<{box}>, tooltip="{quoted(tooltip)}"];'


def _edges(assessments: tuple[Assessment, ...], fixed: Iterable[str], ink: Ink) -> Iterator[str]:
    makers = {file: f"r{number}" for number, file in enumerate(fixed)} | {
        file: f"n{number}"
        for number, assessment in enumerate(assessments)
        for file in assessment.handler.files
    }
    for number, assessment in enumerate(assessments):
        for dependency in assessment.handler.dependencies:
            if dependency.file in makers:
                attributes = ", ".join(_edge(assessment, dependency, ink))
                yield f"  {makers[dependency.file]} -> n{number} [{attributes}];"


def _edge(assessment: Assessment, dependency: DependencySpec, ink: Ink) -> Iterator[str]:
    used = {f"{dependency.file}#{aspect}" for aspect in dependency.aspects}
    is_changed = any(change.input in used for change in assessment.changes)
    words = edge_words(dependency.aspects, optional=dependency.optional)
    yield edge_label(dependency.file, (*words, *(["(changed)"] if is_changed else [])))
    if dependency.optional:
        yield "style=dashed"
    if is_changed:
        yield f'color="{ink.changed}", penwidth=2.4'
