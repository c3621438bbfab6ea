"""A plain model of what has to run again: whatever was not made from the present values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.support.rerun_vectors import Act, Bump, Delete, Graph, Put


@dataclass(slots=True)
class Model:
    """Remembers, of every node, from which version and values it was made."""

    graph: Graph
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """Of sources and nodes, as far as they are there."""
    versions: dict[str, str] = field(default_factory=dict[str, str])
    """Those that are not what the graph says."""
    made_from: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def do(self, acts: Iterable[Act]) -> None:
        """Change sources and versions, delete values."""
        for act in acts:
            match act:
                case Put():
                    self.texts[act.name] = act.text
                case Bump():
                    self.versions[act.name] = act.version
                case Delete():
                    self.made_from.pop(act.name, None)

    def settle(self) -> list[str]:
        """Run what has to run; return which nodes those were."""
        return [name for name in self.graph.order if self._run(name)]

    @property
    def values(self) -> Mapping[str, str]:
        """The values of the nodes that could be made."""
        return {name: self.texts[name] for name in self.graph.nodes if name in self.texts}

    def _run(self, name: str) -> bool:
        node = self.graph.nodes[name]
        if not self.texts.keys() >= set(node.deps):
            return False
        version = self.versions.get(name, node.ver)
        inputs = [self.texts[dep] for dep in node.deps]
        if self.made_from.get(name) == (version, *inputs):
            return False
        self.made_from[name] = (version, *inputs)
        self.texts[name] = node.value(version, inputs)
        return True
