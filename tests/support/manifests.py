"""Pipelines as tests write them: what is alike in all the ways to do it."""

import re
from collections.abc import Sequence

from llama.domain.digests import digest_json
from schemas.files import DependencySpec, HandlerSpec, Manifest

_NODE = re.compile(r"(?P<file>[\w.-]+)(?:#(?P<aspect>[\w-]+))?(?P<optional>\?)?")


def declared(specs: Sequence[HandlerSpec]) -> Manifest:
    """Return the manifest of some handlers, ancestors first: its digest is that of all of them."""
    digest = digest_json([spec.model_dump(mode="json") for spec in specs])
    return Manifest(digest=digest, handlers=tuple(specs))


def dependency(node: str, *, suffix: str = "") -> DependencySpec:
    """Read `file`, `file#aspect` or `file?` for what may be absent; a suffix ends file names."""
    parts = _parts(node)
    aspects, optional = (parts["aspect"] or "whole",), parts["optional"] is not None
    return DependencySpec(file=f"{parts['file']}{suffix}", aspects=aspects, optional=optional)


def file_in(node: str) -> str:
    """Return the file that a node names."""
    return _parts(node)["file"]


def _parts(node: str) -> re.Match[str]:
    parts = _NODE.fullmatch(node)
    if parts is None:
        raise ValueError(f"{node!r} is no node of a graph: write name, name#aspect or name?")
    return parts
