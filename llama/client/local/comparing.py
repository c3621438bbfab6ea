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


def compared_states(one: EventState, other: EventState) -> tuple[list[str], list[str], list[str]]:
    """Compare two events by their states: the names of the files that match, differ, are missing.

    ValueError if they are not of one pipeline.
    """
    names, others = _files(one), _files(other)
    if names != others:
        message = f"{one.event} and {other.event} have different pipelines"
        raise ValueError(f"{message}: compare events that have the same files")
    mine, theirs = visible(one), visible(other)
    both = [name for name in names if name in mine and name in theirs]
    match = [name for name in both if mine[name] == theirs[name]]
    mismatch = [name for name in both if mine[name] != theirs[name]]
    return match, mismatch, [name for name in names if name not in both]


def _files(state: EventState) -> list[str]:
    return [file for spec in Assessor(state).handlers for file in spec.files]
