"""The graphs of the oracle vectors as handlers, and what is done to them as facts."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from llama.domain.digests import WHOLE, digest_bytes
from llama.domain.handler import FileHandler, Inputs
from llama.domain.kinds import TriggeredHandler
from schemas.facts import FileDeleted, FilePut
from schemas.files import FileContent
from tests.support.rerun_vectors import Delete, Graph, Node, Put


def handlers_of(
    graph: Graph, versions: Mapping[str, str], *, prefix: str = ""
) -> tuple[type[FileHandler], ...]:
    """Return a handler for every source and node; `versions` where it is not what `ver` says."""
    made: dict[str, type[FileHandler]] = {name: _source(prefix + name) for name in graph.sources}
    for name in graph.order:
        node = graph.nodes[name]
        needs = tuple(made[dep] for dep in node.deps)
        made[name] = _computed(prefix + name, node, versions.get(name, node.ver), needs)
    return tuple(made.values())


def _source(name: str) -> type[FileHandler]:
    class Source(TriggeredHandler):
        FILENAME = name

    Source.__name__ = name
    return Source


def _computed(
    name: str, node: Node, version: str, needs: tuple[type[FileHandler], ...]
) -> type[FileHandler]:
    class Computed(FileHandler):
        FILENAME = name
        CODE_VERSION = version
        DEPENDENCIES = needs

        def generate(self, inputs: Inputs) -> str:
            return node.value(version, [inputs[need].content.decode() for need in needs])

    Computed.__name__ = name
    return Computed


def fact_of(
    act: Put | Delete, *, message_id: str, event: str, at: datetime, prefix: str = ""
) -> FilePut | FileDeleted:
    """Return the fact that says what was done."""
    name = prefix + act.name
    match act:
        case Put():
            return FilePut(
                id=message_id,
                occurred_at=at,
                event=event,
                handler=name,
                files=(content_of(name, act.text),),
            )
        case Delete():
            return FileDeleted(id=message_id, occurred_at=at, event=event, handler=name)


def content_of(file: str, text: str) -> FileContent:
    """Return the content of a file that holds a text."""
    digest = digest_bytes(text.encode())
    return FileContent(file=file, digest=digest, size=len(text), aspects={WHOLE: digest})


_GRAPHS = TypeAdapter(dict[str, Graph])
_VERSIONS = TypeAdapter(dict[str, dict[str, str]])
_MODULE = '''"""Handlers of the graphs in this folder."""

from pathlib import Path

from tests.support.rerun_pipeline import handlers_in

PIPELINE = handlers_in(Path(__file__).parent)
'''


def write_module(folder: Path, graphs: Mapping[str, Graph]) -> str:
    """Write a module whose PIPELINE has the handlers of graphs, by prefix; return its name."""
    bare = {prefix: Graph(sources=one.sources, nodes=one.nodes) for prefix, one in graphs.items()}
    (folder / "graphs.json").write_bytes(_GRAPHS.dump_json(bare))
    write_versions(folder, {})
    (folder / "graph_handlers.py").write_text(_MODULE)
    return "graph_handlers"


def write_versions(folder: Path, versions: Mapping[str, Mapping[str, str]]) -> None:
    """Say which versions, by prefix and node, whoever imports the module from now on has."""
    draft = folder / "versions.json.new"
    draft.write_bytes(_VERSIONS.dump_json({name: dict(one) for name, one in versions.items()}))
    draft.replace(folder / "versions.json")


def handlers_in(folder: Path) -> tuple[type[FileHandler], ...]:
    """Return the handlers of a folder's graphs in their present versions."""
    graphs = _GRAPHS.validate_json((folder / "graphs.json").read_bytes())
    versions = _VERSIONS.validate_json((folder / "versions.json").read_bytes())
    return tuple(
        handler
        for prefix, graph in graphs.items()
        for handler in handlers_of(graph, versions.get(prefix, {}), prefix=prefix)
    )
