"""Whether a service lives and is ready, by what its loops have last told of themselves.

Times are seconds of one steady clock, which is whoever's who asks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias

Place: TypeAlias = tuple[str, int]
"""A topic and a partition."""
PULSE = "pulse"
"""The loop by which the process itself shows that it goes on: it belongs to every service."""
LONGEST_REASON = 300
"""Characters of what a server's client says; the log has all of it."""


@dataclass(frozen=True, slots=True)
class Beat:
    """When a loop last made progress, or waited on purpose."""

    at_s: float
    bound_s: float
    """The loop is taken for dead when it has been silent for longer."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What a service cannot do at the moment, and since when."""

    why: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Signs:
    """What a service has last told of itself."""

    has_begun: bool = False
    failure: str = ""
    """Why it does not run, if it has run before; it is being started again."""
    beats: Mapping[str, Beat] = field(default_factory=dict[str, Beat])
    """By loop."""
    hindrances: Mapping[str, Hindrance] = field(default_factory=dict[str, Hindrance])
    """By what it was about to do."""
    lags: Mapping[Place, int] = field(default_factory=dict[Place, int])
    """Records that were not read yet, where this is known."""

    def beaten(self, loop: str, *, bound_s: float, now_s: float) -> Self:
        """Return the signs after a loop has gone on."""
        return replace(self, beats={**self.beats, loop: Beat(now_s, bound_s)})

    def hindered(self, doing: str, why: str, *, now_s: float) -> Self:
        """Return the signs after something could not be done; it may be so for long already."""
        known = self.hindrances.get(doing)
        hindrance = Hindrance(why[:LONGEST_REASON], known.since_s if known else now_s)
        return replace(self, hindrances={**self.hindrances, doing: hindrance})

    def unhindered(self, doing: str) -> Self:
        """Return the signs after something could be done, or is not tried any more."""
        if doing not in self.hindrances:
            return self
        left = {name: one for name, one in self.hindrances.items() if name != doing}
        return replace(self, hindrances=left)

    def following(self, lags: Mapping[Place, int]) -> Self:
        """Return the signs after a look at how much is still to be read."""
        return replace(self, lags={**self.lags, **lags})

    def begun(self) -> Self:
        """Return the signs after the service has begun to work."""
        return replace(self, has_begun=True, failure="")

    def ended(self, failure: str) -> Self:
        """Return the signs after the service has failed: its loops are gone, the process is not."""
        beats = {name: beat for name, beat in self.beats.items() if name == PULSE}
        return type(self)(failure=failure[:LONGEST_REASON], beats=beats)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    service: str
    name: str
    reason: str = ""
    """Why it is not as it must be; empty if it is."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a look at all services of a process has brought up."""

    services: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def failing(self) -> tuple[Check, ...]:
        """What is not as it must be."""
        return tuple(check for check in self.checks if check.reason)

    @property
    def is_good(self) -> bool:
        """Whether all is as it must be."""
        return not self.failing

    def is_good_of(self, service: str) -> bool:
        """Tell whether all is as it must be with one service."""
        return all(check.service != service for check in self.failing)

    def told(self, *, verbose: bool = False) -> dict[str, object]:
        """Return the report as JSON: the services, and why some fail; if verbose, all checks."""
        words = {True: "ok", False: "failing"}
        told: dict[str, object] = {
            "status": words[self.is_good],
            "services": {name: words[self.is_good_of(name)] for name in self.services},
            "reasons": [_told(check) for check in self.failing],
        }
        return {**told, "checks": [_told(check) for check in self.checks]} if verbose else told


def life(services: Mapping[str, Signs], *, now_s: float) -> Report:
    """Report whether the loops of some services go on."""
    checks = (check for name, signs in services.items() for check in _beating(name, signs, now_s))
    return Report(tuple(services), tuple(checks))


def readiness(services: Mapping[str, Signs], *, now_s: float, most_lag: int) -> Report:
    """Report whether some services do what they are there for; 0 as `most_lag`: any lag will do."""
    checks = (
        check
        for name, signs in services.items()
        for check in (
            *_beating(name, signs, now_s),
            Check(name, "begun", "" if signs.has_begun else signs.failure or "it has not begun"),
            Check(name, "servers", _hindrances(signs, now_s)),
            Check(name, "lag", _lag(signs, most_lag)),
        )
    )
    return Report(tuple(services), tuple(checks))


def _beating(service: str, signs: Signs, now_s: float) -> Iterable[Check]:
    for loop, beat in sorted(signs.beats.items()):
        silent_s = now_s - beat.at_s
        dead = silent_s > beat.bound_s
        reason = f"no progress for {silent_s:.0f} s, and {beat.bound_s:g} s are the most"
        yield Check(service, loop, reason if dead else "")


def _hindrances(signs: Signs, now_s: float) -> str:
    told = [
        f"{doing} for {now_s - one.since_s:.0f} s: {one.why}"
        for doing, one in sorted(signs.hindrances.items())
    ]
    return "; ".join(told)


def _lag(signs: Signs, most: int) -> str:
    lag = sum(signs.lags.values())
    return f"{lag} records are not read yet, and {most} are the most" if 0 < most < lag else ""


def _told(check: Check) -> dict[str, str]:
    return {"service": check.service, "check": check.name, "reason": check.reason or "ok"}
