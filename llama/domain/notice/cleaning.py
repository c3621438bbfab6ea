"""Making a stranger's JSON safe to store: bounded, finite, and text that Postgres accepts."""

import math
import re

from llama.domain.notice.model import JsonValue, Limits
from llama.domain.notice.oddities import Oddities, path_of

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_VALUE_COST = 8
"""Characters that any value counts for, so that millions of nulls are bounded too."""
_SHORT = 1000
"""Characters of a string that is no bulk."""

Path = tuple[str | int, ...]


class Cleaner:
    """Cleans the values of one notice within one budget.

    The short values of an object come first and then the bulky ones, both in the order of their
    keys: so the result does not depend on how the sender ordered them, and bulk where the
    budget ends does not push out what matters.
    """

    def __init__(self, limits: Limits, oddities: Oddities) -> None:
        """Start with the whole budget of `limits.max_kept` characters."""
        self._limits = limits
        self._oddities = oddities
        self._room = limits.max_kept
        self._is_full = False

    def clean(self, value: JsonValue, path: Path) -> JsonValue:
        """Return the value without what cannot be stored; each change is told as an oddity."""
        self._room -= _VALUE_COST
        if isinstance(value, str):
            return self._string(value, path)
        if isinstance(value, float) and not math.isfinite(value):
            return self._drop("is not finite", path)
        if not isinstance(value, dict | list):
            return value
        if len(path) > self._limits.max_depth:
            return self._drop("is nested too deeply", path)
        return self.object(value, path) if isinstance(value, dict) else self._array(value, path)

    def object(self, value: dict[str, JsonValue], path: Path) -> dict[str, JsonValue]:
        """Clean a JSON object: entries whose key cannot be kept are dropped."""
        cleaned: dict[str, JsonValue] = {}
        for key in sorted(value, key=lambda key: (_is_bulky(value[key]), key)):
            if self._spent(path):
                break
            if (name := self._key(key, path)) in cleaned:
                self._oddities.add(f"{path_of((*path, name))} stands there twice")
            elif name is not None:
                cleaned[name] = self.clean(value[key], (*path, name))
        return cleaned

    def _array(self, value: list[JsonValue], path: Path) -> list[JsonValue]:
        cleaned: list[JsonValue] = []
        for place, item in enumerate(value):
            if self._spent(path):
                break
            cleaned.append(self.clean(item, (*path, place)))
        return cleaned

    def _string(self, value: str, path: Path) -> str | None:
        if len(value) > self._limits.max_string:
            return self._drop(f"has {len(value)} characters", path)
        self._room -= len(value)
        return self._storable(value, path)

    def _key(self, key: str, path: Path) -> str | None:
        if len(key) > self._limits.max_key:
            self._oddities.add(f"{path_of((*path, key))} is a key of {len(key)} letters: dropped")
            return None
        self._room -= len(key)
        return self._storable(key, (*path, key))

    def _storable(self, text: str, path: Path) -> str:
        if text.isascii() and "\0" not in text:
            return text
        storable, count = _UNSTORABLE.subn(_REPLACEMENT, text)
        if count:
            self._oddities.add(f"{path_of(path)} has {count} unstorable characters: replaced")
        return storable

    def _drop(self, reason: str, path: Path) -> None:
        self._oddities.add(f"{path_of(path)} {reason}: null instead")

    def _spent(self, path: Path) -> bool:
        if self._room < 0 and not self._is_full:
            self._is_full = True
            self._oddities.add(f"too long to keep: the rest is dropped from {path_of(path)} on")
        return self._room < 0


def _is_bulky(value: JsonValue) -> bool:
    return isinstance(value, dict | list) or (isinstance(value, str) and len(value) > _SHORT)
