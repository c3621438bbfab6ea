"""Downselections: which events of a run are meant, as values that can be kept, sent and compared.

One language serves listings, watching, standing selections and SQL:

    Downselection.of(vetoed=False, fhnameexists="SkymapInfo", sec_since_v0_lt=86400)
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Self, Unpack

from pydantic import BaseModel, ConfigDict, ValidationError

from llama.domain.selection.complaints import complaint_of, unknown_criterion
from llama.domain.selection.criteria import (
    Comparable,
    Criteria,
    FileNames,
    Globs,
    HandlerFiles,
    HandlerNames,
    Instant,
    Limit,
    MakerNames,
    Seconds,
    Sorting,
)
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.sorting import value_of
from llama.domain.selection.times import TimeBounds, with_ages
from llama.domain.selection.words import (
    Classes,
    FlagWords,
    Hertz,
    Labels,
    Statuses,
    Thresholds,
    flag_words,
    threshold_of,
)


class Downselection(BaseModel):
    """Criteria of one call: an event must meet them all; then sorting, reversing and the limit.

    Use `of` to write one with single names, handler classes, texts or seconds. Equal criteria are
    equal, whatever the order in which names were given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    invert: bool = False
    """Keep the events that do not meet all criteria of this call: exactly the others."""
    eventid_filter: Globs = ()
    """Shell patterns (*, ?, [abc], [!abc]); the event id must match one of them, cases differ."""
    fileexists: FileNames = ()
    """Names of files that all exist and may be shown."""
    fhexists: HandlerFiles = ()
    """Handler classes whose files all exist and may be shown; kept as names of files."""
    fhnameexists: HandlerNames = ()
    """Names of handlers whose files all exist and may be shown."""
    fhmeta: MakerNames = ()
    """Handler classes with a record of their latest accepted run; kept as names of handlers."""
    fhnamemeta: HandlerNames = ()
    """Names of handlers with a record of their latest accepted run."""
    vetoed: bool | None = None
    """Whether the flag VETOED is set."""
    manual: bool | None = None
    """Whether the flag MANUAL is set."""
    flag: FlagWords = ()
    """Flags that all have these values: `ROLE:test`, `UPLOAD:false`; `UPLOAD` is `UPLOAD:true`."""
    status: Statuses = ()
    """Statuses each of which some file has."""
    obsolete: FileNames = ()
    """Names of files that are all obsolete: made from inputs, or by code, not the latest."""
    label: Labels = ()
    """Words for the event that all apply."""
    far_lt: Hertz | None = None
    """The false alarm rate is less than so many Hz; events without one never meet it."""
    far_gt: Hertz | None = None
    classification: Classes = ()
    """Classes of sources; the most probable one must be one of them."""
    p_gt: Thresholds = ()
    """Classes that are all more probable than so: `BNS:0.5`."""
    modbefore: Instant | None = None
    """A file last changed before this moment."""
    modafter: Instant | None = None
    sec_since_mod_gt: Seconds | None = None
    """The last change of a file is more than so many seconds ago."""
    sec_since_mod_lt: Seconds | None = None
    v0before: Instant | None = None
    """The first file came before this moment; events without files never meet it."""
    v0after: Instant | None = None
    sec_since_v0_gt: Seconds | None = None
    sec_since_v0_lt: Seconds | None = None
    sortkey: Sorting | None = None
    """Sort, least first, what has no value last, ties by event id. A callable is given an event
    and returns what to sort by; such a downselection cannot be written down."""
    reverse: bool = False
    """Turn the order round; what has no value stays last."""
    limit: Limit | None = None
    """Keep at most so many, after sorting."""

    @classmethod
    def of(cls, **criteria: Unpack[Criteria]) -> Self:
        """Return a downselection; TypeError for unknown criteria, ValueError for bad values."""
        return cls.read(criteria)

    @classmethod
    def read(cls, criteria: Mapping[str, object]) -> Self:
        """Return a downselection from a mapping, with the errors of `of`.

        A moment may be an age: `modafter="2h"` is `sec_since_mod_lt=7200`.
        """
        for name in criteria:
            if name not in cls.model_fields:
                raise TypeError(unknown_criterion(name))
        try:
            return cls.model_validate(with_ages(criteria))
        except ValidationError as error:
            raise ValueError(complaint_of(error)) from error

    @property
    def is_clock_relative(self) -> bool:
        """Whether an event can come to match, or cease to, merely because time goes by."""
        ages = (self.sec_since_mod_gt, self.sec_since_mod_lt)
        ages += (self.sec_since_v0_gt, self.sec_since_v0_lt)
        return any(seconds is not None for seconds in ages)

    @property
    def modified_within(self) -> TimeBounds:
        """What is asked of the last change of a file."""
        return TimeBounds(
            self.modbefore, self.modafter, self.sec_since_mod_gt, self.sec_since_mod_lt
        )

    @property
    def first_within(self) -> TimeBounds:
        """What is asked of the time of the first file."""
        return TimeBounds(self.v0before, self.v0after, self.sec_since_v0_gt, self.sec_since_v0_lt)

    def matches(self, event: EventProfile, now: datetime) -> bool:
        """Tell whether an event meets the criteria (or, inverted, does not)."""
        met = (
            self.names(event.eventid)
            and self._files_hold(event)
            and self.vetoed in {None, event.flags.VETOED}
            and self.manual in {None, event.flags.MANUAL}
            and self._words_hold(event)
            and self._ranks_hold(event)
            and self._times_hold(event, now)
        )
        return met is not self.invert

    def names(self, eventid: str) -> bool:
        """Tell whether an event id is one of those that are meant."""
        globs = self.eventid_filter
        return not globs or any(fnmatchcase(eventid, glob) for glob in globs)

    def apply(self, events: Iterable[EventProfile], now: datetime) -> tuple[EventProfile, ...]:
        """Filter events, then sort, reverse and cut them; without a sortkey the order is kept."""
        kept = [event for event in events if self.matches(event, now)]
        return tuple(self.arrange(kept)[: self.limit])

    def arrange(self, events: list[EventProfile]) -> list[EventProfile]:
        """Sort and reverse events."""
        if self.sortkey is None:
            return events[::-1] if self.reverse else events
        valued: list[tuple[Comparable, str, EventProfile]] = []
        without: list[EventProfile] = []
        for event in events:
            value = value_of(self.sortkey, event)
            if value is None:
                without.append(event)
            else:
                valued.append((value, event.eventid, event))
        valued.sort(key=lambda entry: entry[:2], reverse=self.reverse)
        without.sort(key=lambda event: event.eventid, reverse=self.reverse)
        return [event for _, _, event in valued] + without

    def _files_hold(self, event: EventProfile) -> bool:
        return (
            event.files.issuperset((*self.fileexists, *self.fhexists))
            and event.handlers.issuperset(self.fhnameexists)
            and event.recorded.issuperset((*self.fhmeta, *self.fhnamemeta))
        )

    def _words_hold(self, event: EventProfile) -> bool:
        return (
            (not self.flag or flag_words(event.flags).issuperset(self.flag))
            and event.statuses.issuperset(self.status)
            and event.obsolete.issuperset(self.obsolete)
            and event.labels.issuperset(self.label)
        )

    def _ranks_hold(self, event: EventProfile) -> bool:
        probabilities = dict(event.classes)
        return (
            (self.far_lt is None or (event.far is not None and event.far < self.far_lt))
            and (self.far_gt is None or (event.far is not None and event.far > self.far_gt))
            and (not self.classification or event.classification in self.classification)
            and all(
                name in probabilities and probabilities[name] > least
                for name, least in map(threshold_of, self.p_gt)
            )
        )

    def _times_hold(self, event: EventProfile, now: datetime) -> bool:
        return self.modified_within.hold(event.modified_at, now) and self.first_within.hold(
            event.first_at, now
        )
