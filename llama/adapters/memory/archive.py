"""The archive and the dead letters in memory: how they are shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from llama.adapters.memory.store import MemoryStore
from llama.domain.archive import CopiesWanted, Place
from llama.domain.copies import Copy, archived
from llama.domain.letters import ShownLetter, alike_by, takes_effect
from schemas.archive import ArchivedCopy
from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed


def archived_copies(store: MemoryStore, wanted: CopiesWanted) -> Sequence[ArchivedCopy]:
    """Return copies of notices, in the order asked for."""
    shown = (_archived(store, copy) for copy in store.copies.values())
    found = [copy for copy in shown if wanted.means(copy)]
    found.sort(key=lambda copy: Place.of(copy).key, reverse=not wanted.oldest_first)
    return found[: wanted.limit]


def close_letters(store: MemoryStore, closings: Sequence[DeadLetterClosed]) -> None:
    """Show what was done about dead letters that are shown."""
    for closing in closings:
        is_known = closing.letter in store.dead_letters
        if is_known and takes_effect(store.closings.get(closing.letter), closing):
            store.closings[closing.letter] = closing


def shown_letters(store: MemoryStore) -> Sequence[ShownLetter]:
    """Return all dead letters, newest first, with what has become of them since."""
    letters = store.dead_letters.values()
    newest_first = sorted(letters, key=lambda one: (one.occurred_at, one.id), reverse=True)
    shown = [
        ShownLetter(one, store.closings.get(one.id), _again(store, one.id), _after(store, one))
        for one in newest_first
    ]
    counted = Counter(map(alike_by, shown))
    return [replace(one, copies=counted[alike_by(one)]) for one in shown]


def _archived(store: MemoryStore, copy: Copy) -> ArchivedCopy:
    is_repeat = any(
        (other.became, other.identity) == (copy.became, copy.identity)
        and (other.partition, other.offset) < (copy.partition, copy.offset)
        for other in store.copies.values()
    )
    return archived(copy, is_repeat=is_repeat)


def _again(store: MemoryStore, letter: str) -> ArchivedCopy | None:
    """Return the copy as which a letter's bytes came in again."""
    source = _sent_again(store, letter)
    copy = store.copies.get(source) if source else None
    return None if copy is None else _archived(store, copy)


def _after(store: MemoryStore, letter: DeadLetter) -> str | None:
    """Return the letter whose bytes became this one."""
    if letter.source is None:
        return None
    known = (one for one in sorted(store.closings) if _sent_again(store, one) == letter.source)
    return next(known, None)


def _sent_again(store: MemoryStore, letter: str) -> Source | None:
    closing = store.closings.get(letter)
    return closing.source if closing else None
