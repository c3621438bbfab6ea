"""Operators' acts upon dead letters: their bytes are sent in again, or they are dropped.

Each is a message behind the letter, on the topic of dead letters. The bytes are sent before it: who
is killed in between has sent them, and may do so again, for a copy that is known changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from llama.client.acting.acts import Effect
from llama.client.acting.orders import NAMED_BY_US
from llama.client.ingestion import Ingestion, look
from llama.domain.digests import digest_json
from llama.domain.errors import ActRefused, ArtifactCorrupt, ArtifactMissing
from llama.domain.letters import ShownLetter, content_of
from llama.ports.artifacts import Artifacts
from schemas.facts import Source
from schemas.reports import DeadLetterClosed, LetterState
from schemas.topics import DEAD_LETTERS_TOPIC

ALL_LETTERS = 1_000_000
"""As many as there may be of one kind: all of them."""


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """One request about dead letters; `request` names it, and `at` is when it was made."""

    request: str
    at: datetime
    by: str = ""
    reason: str = ""

    def named(self, act: str, letters: Sequence[ShownLetter]) -> "LetterOrder":
        """Return the order with a name: its own, or one that follows from what it says."""
        if self.request:
            return self
        said = [act, sorted(one.letter.id for one in letters), self.by, self.reason, self.at]
        return replace(self, request=digest_json(said)[:NAMED_BY_US])

    def id_for(self, letter: str) -> str:
        """Return the id of the message that closes a letter by this request."""
        return f"request-{self.request}.{letter}"

    def closing(
        self, letter: str, state: Literal["redriven", "dropped"], source: Source | None = None
    ) -> DeadLetterClosed:
        """Return the message that closes a letter."""
        return DeadLetterClosed(
            id=self.id_for(letter),
            cause=letter,
            occurred_at=self.at,
            letter=letter,
            state=state,
            by=self.by,
            reason=self.reason,
            source=source,
        )


@dataclass(frozen=True, slots=True)
class LetterDone:
    """What became of an act upon one letter, and how the letter is shown now."""

    shown: ShownLetter
    effect: Effect
    why: str = ""


@dataclass(frozen=True, slots=True)
class Letters:
    """Finds dead letters, and acts upon them."""

    ingestion: Ingestion
    artifacts: Artifacts

    async def named(self, name: str) -> ShownLetter:
        """Return the letter whose id begins so; ActRefused if there is none, or more than one."""
        return one_of(await look(self.ingestion.models.dead_letters, limit=2, begins=name), name)

    async def open(self, *, reason: str | None = None) -> Sequence[ShownLetter]:
        """Return the letters that nobody has dealt with, the oldest first.

        Of copies of one content, refused for one reason, it is the newest.
        """
        found = await look(
            self.ingestion.models.dead_letters,
            limit=ALL_LETTERS,
            state=LetterState.OPEN,
            reason=reason,
            contents=True,
        )
        return found[::-1]

    async def redrive(
        self, letters: Sequence[ShownLetter], order: LetterOrder, *, wait: bool = True
    ) -> Sequence[LetterDone]:
        """Send the bytes of letters in again, and wait to see what they become, if `wait`.

        Each content is sent once, and that is what becomes of all open letters about it.
        """
        order = order.named("redrive", letters)
        different = {content_of(one.letter): one for one in reversed(letters)}.values()
        alike = await self._open_by_content()
        done = [
            _known(one, order) or await self._redriven(one, order, alike)
            for one in reversed(different)
        ]
        if not wait:
            return done
        sources = [one.shown.closing.source for one in done if one.shown.closing]
        await self.ingestion.receipts([source for source in sources if source])
        return await self._as_shown(done)

    async def drop(
        self, letter: ShownLetter, order: LetterOrder, *, wait: bool = True
    ) -> LetterDone:
        """Say that nothing is to come of a letter and its copies; their bytes are kept."""
        order = order.named("drop", [letter])
        done = _known(letter, order)
        if done is not None:
            return done
        if letter.state is not LetterState.OPEN:
            return LetterDone(letter, Effect.NONE, f"it is {letter.state} already")
        alike = (await self._open_by_content()).get(content_of(letter.letter), ())
        letters = sorted({*alike, letter.letter.id})
        sent = await self._closed(letter, [order.closing(one, "dropped") for one in letters])
        return (await self._as_shown([sent]))[0] if wait else sent

    async def _open_by_content(self) -> Mapping[str, Sequence[str]]:
        """Return the ids of all open letters, by their contents."""
        find = self.ingestion.models.dead_letters
        found = defaultdict[str, list[str]](list)
        for one in await look(find, limit=ALL_LETTERS, state=LetterState.OPEN):
            found[content_of(one.letter)].append(one.letter.id)
        return found

    async def _closed(self, shown: ShownLetter, closings: Sequence[DeadLetterClosed]) -> LetterDone:
        """Close a letter and its copies."""
        [closing] = [one for one in closings if one.letter == shown.letter.id]
        # The letter itself is the last: a request that is known has closed the copies, too.
        copies = [one for one in closings if one is not closing]
        await self.ingestion.log.append(DEAD_LETTERS_TOPIC, [*copies, closing])
        return LetterDone(replace(shown, closing=closing), Effect.SENT)

    async def _redriven(
        self, shown: ShownLetter, order: LetterOrder, alike: Mapping[str, Sequence[str]]
    ) -> LetterDone:
        letter = shown.letter
        if shown.state is LetterState.REDRIVEN:
            return LetterDone(shown, Effect.NONE, "it was sent in again before")
        if letter.raw is None:
            return LetterDone(shown, Effect.NONE, "its bytes were not kept: they were too many")
        try:
            raw = await self.artifacts.get(letter.raw)
        except (ArtifactMissing, ArtifactCorrupt) as error:
            return LetterDone(shown, Effect.NONE, str(error))
        topic = letter.source.topic if letter.source else ""
        source = await self.ingestion.send(
            raw, name=letter.name, topic=topic, is_test=letter.is_test
        )
        letters = {*alike.get(letter.raw, ()), letter.id}
        closings = [order.closing(one, "redriven", source) for one in sorted(letters)]
        return await self._closed(shown, closings)

    async def _as_shown(self, done: Sequence[LetterDone]) -> Sequence[LetterDone]:
        """Return what became of acts, when everything that was sent has been read."""
        await self.ingestion.caught_up()
        found = await look(self.ingestion.models.dead_letters, limit=ALL_LETTERS)
        shown = {one.letter.id: one for one in found}
        return [_told(one, shown[one.shown.letter.id]) for one in done]


def one_of(found: Sequence[ShownLetter], name: str) -> ShownLetter:
    """Return the one letter whose id begins so; ActRefused if there is none, or more than one."""
    if not found or not name:
        raise ActRefused(f"there is no dead letter {name}: `llama dlq ls` lists them")
    if len(found) > 1:
        message = f"several dead letters begin with {name}"
        raise ActRefused(f"{message}: give more of the id (`llama dlq ls`)")
    return found[0]


def _told(done: LetterDone, shown: ShownLetter) -> LetterDone:
    """Return what became of an act, by how its letter is shown now."""
    if done.effect is not Effect.SENT:
        return replace(done, shown=shown)
    if shown.closing != done.shown.closing:
        return LetterDone(shown, Effect.NONE, "somebody else has dealt with it meanwhile")
    return LetterDone(shown, Effect.APPLIED)


def _known(shown: ShownLetter, order: LetterOrder) -> LetterDone | None:
    """Return what there is to say of a request that was carried out before."""
    if shown.closing is None or shown.closing.id != order.id_for(shown.letter.id):
        return None
    return LetterDone(shown, Effect.KNOWN)
