"""Digests: the one way this system says that two contents are equal."""

import hashlib
from collections.abc import Iterable
from typing import NewType

import orjson

Digest = NewType("Digest", str)
"""64 lower-case hexadecimal digits of a SHA-256."""

WHOLE = "whole"
"""The aspect that every file has: all of its bytes."""


def digest_bytes(content: bytes) -> Digest:
    """Return the SHA-256 of some bytes."""
    return Digest(hashlib.sha256(content).hexdigest())


def any_change(aspects: Iterable[str], content: bytes) -> dict[str, Digest]:
    """Return digests of aspects of which nothing better is known: each is all of the bytes."""
    names = tuple(aspects)
    return dict.fromkeys(names, digest_bytes(content)) if names else {}


def canonical_json(value: object) -> bytes:
    """Encode a JSON value so that equal values give equal bytes (sorted keys, no spaces)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def digest_json(value: object) -> Digest:
    """Return the digest of a JSON value, whatever the order of its keys."""
    return digest_bytes(canonical_json(value))
