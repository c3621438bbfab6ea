"""A pipeline's graph as dot text: which file is made from which, and what kind each of them is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from llama.domain.drawing.colours import DARK_INK
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
from llama.domain.handler import Dependency, FileHandler, dependencies_of, maker_of
from llama.domain.kinds import (
    PollingHandler,
    ResourceHandler,
    TriggeredHandler,
    UploadReceiptHandler,
)
from llama.domain.pipeline import Handlers


@dataclass(frozen=True, slots=True)
class _Kind:
    """What kind of file a box is about, and how the box looks."""

    word: str
    fill: str
    line: str
    style: str = "SOLID"
    width: int = 1


_TRIGGERED = _Kind("comes from outside", "#dcedfb", "#1769aa", width=2)
_POLLED = _Kind("polled", "#fff8d6", "#8a7400", "DASHED")
_UPLOADED = _Kind("upload receipt", "#ffe7c2", "#b35c00", width=2)
_ONCE = _Kind("made once", "#ece3f7", "#6b3fa0")
_MADE = _Kind("made", "#f7f8fc", "#565c70")
_RESOURCE = _Kind("resource of the deployment", "#eef0ff", "#3b4cc0", "DOTTED", width=2)
_KINDS = (_TRIGGERED, _RESOURCE, _POLLED, _MADE, _ONCE, _UPLOADED)


def pipeline_dot(handlers: Handlers, *, title: str, bgcolor: str, url: str = "") -> str:
    """Return the graph of a pipeline's handlers in the dot language, with a legend.

    A box is a handler with the files that it makes; an arrow goes from a file to what is made from
    it, with the aspects used where it is not the whole file, dashed where it is optional.
    `bgcolor` is a name or #rrggbb, `url` where the title leads to (ValueError if it is none).
    """
    boxes = _boxes(handlers)
    kinds = {_kind_of(maker) for maker in boxes}
    legend = chips([(kind.word, kind) for kind in _KINDS if kind in kinds])
    heading = heading_table(title, legend if boxes else "no handlers", url=url)
    return digraph("pipeline", bgcolor, heading, [*_nodes(boxes), *_edges(boxes)])


_Boxes = Mapping[type[FileHandler], tuple[type[FileHandler], ...]]
"""Those handlers of a pipeline that are made together, by the class that makes them."""


def _boxes(handlers: Handlers) -> _Boxes:
    makers = dict.fromkeys(maker_of(handler) for handler in handlers.values())
    return {
        maker: tuple(one for one in maker.MANIFEST_TYPES if handlers.get(one.__name__) is one)
        for maker in makers
    }


def _kind_of(maker: type[FileHandler]) -> _Kind:
    kinds = (
        (TriggeredHandler, _TRIGGERED),
        (ResourceHandler, _RESOURCE),
        (UploadReceiptHandler, _UPLOADED),
        (PollingHandler, _POLLED),
    )
    for base, kind in kinds:
        if issubclass(maker, base):
            return kind
    return _ONCE if maker.ONCE else _MADE


def _nodes(boxes: _Boxes) -> Iterator[str]:
    for number, (maker, together) in enumerate(boxes.items()):
        rows = "<HR/>".join(_row(place, handler) for place, handler in enumerate(together))
        box = table(rows, style=_kind_of(maker), padding=4)
        files = ", ".join(handler.FILENAME for handler in together)
        tooltip = f"{maker.__name__}: {files} ({_kind_of(maker).word})"
        yield f'  n{number} [label=<{box}>, tooltip="{quoted(tooltip)}"];'


def _row(place: int, handler: type[FileHandler]) -> str:
    named = f'<FONT POINT-SIZE="10" COLOR="{DARK_INK.soft}">{label_text(handler.__name__)}</FONT>'
    inner = table(
        f'<TR><TD ALIGN="LEFT"><B>{label_text(handler.FILENAME)}</B></TD></TR>'
        f'<TR><TD ALIGN="LEFT">{named}</TD></TR>',
        padding=1,
    )
    return f'<TR><TD ALIGN="LEFT" PORT="f{place}">{inner}</TD></TR>'


def _edges(boxes: _Boxes) -> Iterator[str]:
    places = {
        handler: f"n{number}:f{place}" if len(together) > 1 else f"n{number}"
        for number, together in enumerate(boxes.values())
        for place, handler in enumerate(together)
    }
    for number, maker in enumerate(boxes):
        for need in dependencies_of(maker):
            if need.handler in places:
                yield f"  {places[need.handler]} -> n{number} [{_edge(need)}];"


def _edge(need: Dependency) -> str:
    words = edge_words(need.aspects, optional=need.optional)
    label = edge_label(need.handler.FILENAME, words)
    return f"{label}, style=dashed" if need.optional else label
