"""Reads the oracle vectors: small graphs, what is done to them, and what then has to run again.

`RERUN_VECTORS` below the shared data holds JSON files, each with cases. A case has sources with
their first texts, nodes computed from sources and other nodes, and steps:

    init         everything is made for the first time
    edit S       step number k gives the source S the text `vk`
    append_even S  `bb` is appended to it: neither parity changes
    touch S      it is written again with the same text
    bump N       the version of the node N is raised by one
    delete N     the node's value is removed
    noop         nothing is done

`ran.model` says, for each step, which nodes have to run; `final` says what they hold at the end.
What is not understood is refused, since it might change what the rest means.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

Function = Literal["const", "len", "parity", "first", "concat"]
Action = Literal["init", "edit", "append_even", "touch", "bump", "delete", "noop"]
Kind = Literal["source", "node", "nothing"]
_ACTS_ON: Mapping[Action, Kind] = {
    "init": "nothing",
    "edit": "source",
    "append_even": "source",
    "touch": "source",
    "bump": "node",
    "delete": "node",
    "noop": "nothing",
}
ABSENT = "no oracle vectors: put them in ../shared/data/rerun_vectors or set SHARED_DATA_FOLDER"
BESIDE = Path(__file__).parents[3] / "shared" / "data"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Node(_Strict):
    """What is computed from what; `ver` is the version that it begins with."""

    deps: list[str]
    fn: Function
    ver: str

    def value(self, version: str, inputs: Sequence[str]) -> str:
        """Return what a version of the node computes from the values of its `deps`."""
        text = "".join(inputs)
        match self.fn:
            case "const":
                return "k"
            case "len":
                return f"{version}:{len(text)}"
            case "parity":
                return f"{version}:{sum(text.encode()) % 2}"
            case "first":
                return f"{version}:{text[:1]}"
            case "concat":
                return f"{version}:{'|'.join(inputs)}"


class Graph(_Strict):
    """Sources with their first texts, and nodes."""

    sources: dict[str, str]
    nodes: dict[str, Node]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if both := self.sources.keys() & self.nodes.keys():
            raise ValueError(f"{sorted(both)} are sources and nodes")
        known = self.sources.keys() | self.nodes.keys()
        for name, node in self.nodes.items():
            if unknown := set(node.deps) - known:
                raise ValueError(f"{name} depends on {sorted(unknown)}, which are not there")
        tuple(self._sorter().static_order())
        return self

    @property
    def order(self) -> list[str]:
        """The nodes, ancestors first."""
        return [name for name in self._sorter().static_order() if name in self.nodes]

    def _sorter(self) -> TopologicalSorter[str]:
        return TopologicalSorter({name: node.deps for name, node in self.nodes.items()})


@dataclass(frozen=True, slots=True)
class Put:
    """A source gets a text, perhaps the one that it has."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Bump:
    """A node gets another version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Delete:
    """The value of a node is removed."""

    name: str


Act = Put | Bump | Delete


class Ran(BaseModel):
    """Which nodes have to run at each step; what other programs ran says nothing about that."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    model: list[list[str]]


class Case(Graph):
    """A graph, what is done to it, and what that has to lead to."""

    steps: list[tuple[Action, str]]
    ran: Ran
    final: dict[str, str]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if [action for action, _ in self.steps[:1]] != ["init"]:
            raise ValueError("the first step is not init")
        if any(action == "init" for action, _ in self.steps[1:]):
            raise ValueError("init is not the first step")
        for action, name in self.steps:
            self._refuse_unknown(action, name)
        if len(self.ran.model) != len(self.steps):
            raise ValueError(f"{len(self.steps)} steps, but {len(self.ran.model)} sets that ran")
        for ran in self.ran.model:
            if len(set(ran)) < len(ran) or not set(ran) <= self.nodes.keys():
                raise ValueError(f"{ran} is no set of nodes")
        if self.final.keys() != self.nodes.keys():
            raise ValueError("final does not tell the value of every node")
        return self

    def _refuse_unknown(self, action: Action, name: str) -> None:
        kinds: dict[Kind, set[str]] = {
            "source": set(self.sources),
            "node": set(self.nodes),
            "nothing": {""},
        }
        if name not in kinds[_ACTS_ON[action]]:
            raise ValueError(f"{action} {name!r}: there is no such {_ACTS_ON[action]}")

    @property
    def acts(self) -> list[list[Act]]:
        """What is done at each step."""
        texts = dict(self.sources)
        versions = {name: node.ver for name, node in self.nodes.items()}
        return [
            list(_acts(action, name, number, texts, versions))
            for number, (action, name) in enumerate(self.steps)
        ]

    def differences(self, ran: Sequence[Sequence[str]]) -> list[str]:
        """Say for which steps (from the first on) other nodes ran than had to, or one twice."""
        return [
            f"step {number}, {' '.join(self.steps[number]).strip()}: "
            f"{_listed(self.ran.model[number])} had to run, {_listed(actual)} ran"
            for number, actual in enumerate(ran)
            if sorted(actual) != sorted(self.ran.model[number])
        ]


def _acts(
    action: Action, name: str, number: int, texts: dict[str, str], versions: dict[str, str]
) -> Iterator[Act]:
    """Return what a step does; `texts` and `versions` are what was before, and are changed."""
    match action:
        case "init":
            yield from (Put(source, text) for source, text in texts.items())
        case "edit" | "append_even" | "touch":
            texts[name] = {
                "edit": f"v{number}",
                "append_even": f"{texts[name]}bb",
                "touch": texts[name],
            }[action]
            yield Put(name, texts[name])
        case "bump":
            versions[name] = str(int(versions[name]) + 1)
            yield Bump(name, versions[name])
        case "delete":
            yield Delete(name)
        case "noop":
            pass


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


class _Vectors(BaseModel):
    model_config = ConfigDict(strict=True)

    cases: list[Case]


_VECTORS = TypeAdapter(_Vectors)


def read_cases(folder: Path) -> dict[str, Case]:
    """Read all files of a folder; the cases are called FILE-NUMBER."""
    return {
        f"{path.stem}-{number:02}": case
        for path in sorted(folder.glob("*.json"))
        for number, case in enumerate(_VECTORS.validate_json(path.read_bytes()).cases)
    }


def shared_cases() -> dict[str, Case]:
    """Read the cases of the shared data; none if it is not there."""
    shared = Path(os.environ.get("SHARED_DATA_FOLDER", BESIDE))
    return read_cases(shared / "rerun_vectors")
