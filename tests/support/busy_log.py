"""Logs of many events at once, generated: what a busy observing run leaves on the topic.

Every event has the same pipeline of twelve files. It is adopted and noticed, its files are made;
some runs fail, some notices are updated, some operators act. Events overlap: a window of them is
open at any time, and their facts are mixed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypedDict

from llama.domain.assessment import Need
from llama.domain.digests import digest_json
from llama.domain.outlook import Outlook
from llama.domain.resolve import obsoleted_in
from llama.domain.states import EventState
from schemas.envelope import body_of, key_of
from schemas.facts import (
    AlertType,
    Fact,
    FileDeleted,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    Source,
    TriggerReceived,
)
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest
from schemas.flags import FlagName
from tests.support.manifests import declared
from tests.support.reports import result_of

START = datetime(2023, 5, 24, 15, 0, tzinfo=UTC)
BETWEEN_EVENTS = timedelta(minutes=10)
FILES = 12
MOST_USED = 3
ALERT = HandlerSpec(name="Alert", kind="triggered", files=("alert.json",), code="1")


class About(TypedDict):
    """What every fact says."""

    id: str
    occurred_at: datetime
    event: str


class Saying(TypedDict):
    """What every act says besides."""

    by: str
    reason: str


def pipeline(seed: int = 1, *, code: str = "1") -> Manifest:
    """Return the pipeline of all events: each file is made from up to three before it."""
    chance, handlers = Random(seed), [ALERT]
    while len(handlers) < FILES:
        name = f"Product{len(handlers):02}"
        used = chance.sample(handlers, min(len(handlers), chance.randint(1, MOST_USED)))
        needs = tuple(DependencySpec(file=one.files[0], aspects=("whole",)) for one in used)
        made = HandlerSpec(
            name=name, files=(f"{name.lower()}.json",), dependencies=needs, code=code
        )
        handlers.append(made)
    return declared(handlers)


def content(file: str, text: str) -> FileContent:
    """Return a file's content."""
    whole = digest_json([file, text])
    return FileContent(file=file, digest=whole, size=len(text), aspects={"whole": whole})


@dataclass(slots=True)
class Life:
    """One event: `facts` goes through what happens to it."""

    event: str
    begun: datetime
    manifest: Manifest
    chance: Random
    outlook: Outlook = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.outlook = Outlook.of(EventState(self.event))

    def facts(self) -> Iterator[Fact]:
        """Go through all that happens to the event."""
        yield from self._told(self._notice(AlertType.PRELIMINARY))
        adopted = PipelineAdopted(**self._about("adoption"), epoch=1, manifest=self.manifest)
        yield from self._told(adopted)
        yield from self._worked()
        if self.chance.random() < 0.25:
            yield from self._told(self._notice(AlertType.UPDATE))
            yield from self._worked()
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            yield from self._told(self._act())
            yield from self._worked()

    def _worked(self) -> Iterator[Fact]:
        """Run what is wanted until nothing is; some runs fail, few of them for good."""
        while wanted := [one.need for one in self.outlook.wanted() if one.need]:
            need = wanted[self.chance.randrange(len(wanted))]
            failed = self.chance.random() < 0.04
            yield from self._told(self._failure(need) if failed else self._result(need))

    def _told(self, fact: Fact) -> Iterator[Fact]:
        """Tell a fact, and what the resolver announces after it."""
        self.outlook = self.outlook.after(fact)
        yield fact
        for announced in obsoleted_in(self.outlook, cause=fact.id):
            self.outlook = self.outlook.after(announced)
            yield announced

    def _notice(self, alert_type: AlertType) -> TriggerReceived:
        about = self._about(alert_type.value)
        alert = content("alert.json", about["id"])
        notice = digest_json(about["id"])
        return TriggerReceived(
            **about,
            notice=notice,
            alert_type=alert_type,
            time_created=about["occurred_at"],
            event_time=self.begun,
            significant=self.chance.random() < 0.3,
            raw=alert.digest,
            raw_size=alert.size,
            source=Source(topic="igwn.gwalert", partition=0, offset=int(notice[:8], 16)),
            files=(alert,),
        )

    def _result(self, need: Need) -> FileGenerated:
        # Few contents: now and then one is as it was, and nothing below it is made again.
        text = f"{self.event} {self.chance.randrange(3)}"
        files = tuple(content(file, text) for file in need.handler.files)
        return FileGenerated(**result_of(need), occurred_at=self._now(), wall_s=1.5, files=files)

    def _failure(self, need: Need) -> FileFailed:
        now = self._now()
        retry_at = now + timedelta(seconds=2)
        return FileFailed(
            **result_of(need),
            occurred_at=now,
            error="exception",
            message="the map has no pixels",
            retry_at=retry_at if self.chance.random() < 0.8 else None,
        )

    def _act(self) -> Fact:
        about, on = self._about("act"), self.chance.choice([True, False])
        handler = self.chance.choice(self.manifest.handlers[1:]).name
        by: Saying = {"by": "kim", "reason": "it looks odd"}
        acts: Sequence[Fact] = (
            FlagsChanged(**about, **by, changes={self.chance.choice(list(FLAGS)): on}),
            FileVetoed(**about, **by, handler=handler, vetoed=on),
            FileFrozen(**about, **by, handler=handler, frozen=on),
            FileDeleted(**about, **by, handler=handler),
            FileRequested(**about, **by, handler=handler),
        )
        return self.chance.choice(acts)

    def _about(self, occasion: str) -> About:
        return {
            "id": f"{self.event}.{self.outlook.state.sequence}.{occasion}",
            "occurred_at": self._now(),
            "event": self.event,
        }

    def _now(self) -> datetime:
        return self.begun + timedelta(seconds=self.outlook.state.sequence)


def life(number: int, manifest: Manifest, chance: Random) -> Life:
    """Return an event that begins some minutes after the one before."""
    return Life(f"S{number:06}", START + number * BETWEEN_EVENTS, manifest, chance)


FLAGS = (FlagName.UPLOAD, FlagName.ONLINE, FlagName.VETOED)


def busy_log(events: int, *, seed: int = 1, window: int = 40) -> Iterator[Fact]:
    """Go through the facts of many events, `window` of them open at a time."""
    chance, manifest = Random(seed), pipeline()
    lives = (
        life(number, manifest, Random(seed * events + number)).facts() for number in range(events)
    )
    return mixed(lives, chance, window)


def mixed(lives: Iterable[Iterator[Fact]], chance: Random, window: int) -> Iterator[Fact]:
    """Mix several streams, each in its order; a new one begins when one has ended."""
    waiting = iter(lives)
    opened = [life for life, _ in zip(waiting, range(window), strict=False)]
    while opened:
        place = chance.randrange(len(opened))
        fact = next(opened[place], None)
        if fact is not None:
            yield fact
            continue
        following = next(waiting, None)
        if following is None:
            opened.pop(place)
        else:
            opened[place] = following


def keyed(facts: Iterable[Fact]) -> Iterator[tuple[bytes, bytes]]:
    """Go through the keys and bodies of some facts, as they stand on the topic."""
    return ((key_of(fact), body_of(fact)) for fact in facts)
