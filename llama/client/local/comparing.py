"""Two copies of an event compared: which files have equal contents."""

from typing import NamedTuple

from llama.client.filegraph import FileGraph
from llama.client.local.edits import visible
from llama.domain.needs import Assessor
from llama.domain.states import EventState


class Comparison(NamedTuple):
    """The files of an event, by what became of comparing them."""

    match: FileGraph
    """Equal on both sides."""
    mismatch: FileGraph
    """There on both sides, and different."""
    errors: FileGraph
    """Missing on one side, or on both."""


def compared(one: FileGraph, other: FileGraph) -> Comparison:
    """Compare the contents of files; ValueError if they are not of one pipeline."""
    ours = {name: type(handler) for name, handler in one.items()}
    if ours != {name: type(handler) for name, handler in other.items()}:
        raise ValueError("they have different pipelines: compare events of the same one")
    mine, theirs = one.digests(), other.digests()
    both = {name for name in one if mine[name] and theirs[name]}
    equal = {name for name in both if mine[name] == theirs[name]}
    return Comparison(
        match=one - (set(one) - equal),
        mismatch=one - (set(one) - (both - equal)),
        errors=one - both,
    )


class ComparedNames(NamedTuple):
    """The names of the files of an event, by what became of comparing them."""

    match: list[str]
    """Equal on both sides."""
    mismatch: list[str]
    """There on both sides, and different."""
    only_first: list[str]
    only_second: list[str]
    neither: list[str]
    """On neither side: that is no difference."""

    @property
    def are_equal(self) -> bool:
        """Whether there is no difference."""
        return not (self.mismatch or self.only_first or self.only_second)


def compared_states(one: EventState, other: EventState) -> ComparedNames:
    """Compare the files that two events have, by their states; what is hidden counts as missing.

    ValueError if they are not of one pipeline.
    """
    names, others = _files(one), _files(other)
    if names != others:
        message = f"{one.event} and {other.event} have different pipelines"
        raise ValueError(f"{message}: compare events that have the same files")
    mine, theirs = visible(one), visible(other)
    both = [name for name in names if name in mine and name in theirs]
    return ComparedNames(
        match=[name for name in both if mine[name] == theirs[name]],
        mismatch=[name for name in both if mine[name] != theirs[name]],
        only_first=[name for name in names if name in mine and name not in theirs],
        only_second=[name for name in names if name in theirs and name not in mine],
        neither=[name for name in names if name not in mine and name not in theirs],
    )


def _files(state: EventState) -> list[str]:
    return [file for spec in Assessor(state).handlers for file in spec.files]
