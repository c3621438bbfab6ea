"""Dead letters as they are shown: what was refused, and what operators have done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.archive import ArchivedCopy, ListedLetter
from schemas.reports import DeadLetter, DeadLetterClosed, LetterState


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A dead letter, and what has become of it since."""

    letter: DeadLetter
    closing: DeadLetterClosed | None = None
    """None: it is open."""
    became: ArchivedCopy | None = None
    """The copy as which its bytes came in again; None before that was read."""
    after: str | None = None
    """The letter whose bytes came in again, and were refused again as this one."""
    copies: int = 1
    """How many letters there are of its content, its reason and its state, itself included.

    They are counted where contents are listed or a letter is named; elsewhere it is itself alone.
    """

    @property
    def state(self) -> LetterState:
        """What has become of it."""
        return state_after(self.closing)


def content_of(letter: DeadLetter) -> str:
    """Return what is equal for letters about equal bytes; bytes that were not kept equal none."""
    return letter.raw or letter.id


def alike_by(shown: ShownLetter) -> tuple[str, str, str]:
    """Return what is equal for letters that are listed as one: content, reason and state."""
    return content_of(shown.letter), shown.letter.reason.value, shown.state.value


def state_after(closing: DeadLetterClosed | None) -> LetterState:
    """Return the state of a letter by what last happened to it."""
    return LetterState.OPEN if closing is None else LetterState(closing.state)


def takes_effect(known: DeadLetterClosed | None, closing: DeadLetterClosed) -> bool:
    """Tell whether a closing changes a letter to which another one has happened.

    What was dropped can still be sent in again; what was sent in again goes on as another copy.
    """
    if known is None:
        return True
    return (known.state, closing.state) == ("dropped", "redriven")


def in_effect(closings: Iterable[DeadLetterClosed]) -> Mapping[str, DeadLetterClosed]:
    """Return, of closings in their order, the one that counts for each letter."""
    found: dict[str, DeadLetterClosed] = {}
    for closing in closings:
        if takes_effect(found.get(closing.letter), closing):
            found[closing.letter] = closing
    return found


def listed(shown: ShownLetter) -> ListedLetter:
    """Return a letter as programs read it."""
    return ListedLetter(
        **dict(shown.letter),
        state=shown.state,
        closed=shown.closing,
        became=shown.became,
        after=shown.after,
        copies=shown.copies,
    )
