"""Two copies of an event compared: which files have equal contents."""

from typing import NamedTuple

from llama.client.filegraph import FileGraph


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
