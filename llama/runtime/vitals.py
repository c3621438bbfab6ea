"""How the services of a process get on: told by their loops, asked for by other threads."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from threading import Lock

from llama.domain.health import PULSE, Place, Report, Signs, life, readiness

PULSE_EVERY_S = 1.0
PULSE_WITHIN_S = 30.0
"""All loops of a process share its asyncio loop: folding the largest batch blocks it for seconds,
and nothing blocks it for half a minute."""
CONSUMING_WITHIN_S = 120.0
"""The largest batch has its effects within seconds; a statement is given up after 30 s, a request
to Kafka after 40 s, and each new try counts as progress."""
TIMERS_WITHIN_S = 60.0
CLAIMING_WITHIN_S = 60.0
"""Both look again every 5 s, and a statement is given up after 30 s. Runs do not count: they are
in other processes, and the worker's own loops go on beside them."""
HEART_WITHIN_S = 60.0
"""It beats every 5 s, and waits 40 s for Kafka at the most."""
COUNTING_WITHIN_S = 120.0
"""Some statements one after the other, each given up after 30 s."""
SHOWING_WITHIN_S = 120.0
"""It asks Kafka for the ends of three topics, at 40 s each at the most, or waits for a server."""


class Vitals:
    """What all services of a process have last told; safe to use from any thread."""

    def __init__(
        self, services: Sequence[str], *, clock: Callable[[], float], most_lag: int = 0
    ) -> None:
        self._clock = clock
        self._most_lag = most_lag
        self._lock = Lock()
        self._signs = {name: Signs() for name in services}

    def loop(self, *services: str, name: str, within_s: float | None) -> "Loop":
        """Return what a loop tells itself to; of no service: it is one of all of them."""
        return Loop(self, services or tuple(self._signs), name, within_s)

    def begun(self, service: str) -> None:
        """Say that a service has begun to work."""
        self._change(service, Signs.begun)

    def ended(self, service: str, failure: str) -> None:
        """Say that a service does not work any more, and why."""
        self._change(service, lambda signs: signs.ended(failure))

    def live(self) -> Report:
        """Report whether the loops go on."""
        return life(self._snapshot(), now_s=self._clock())

    def ready(self) -> Report:
        """Report whether the services do what they are there for."""
        return readiness(self._snapshot(), now_s=self._clock(), most_lag=self._most_lag)

    def silences(self) -> Mapping[tuple[str, str], float]:
        """Return the seconds since the last beat, by service and loop."""
        now_s = self._clock()
        return {
            (service, loop): now_s - beat.at_s
            for service, signs in self._snapshot().items()
            for loop, beat in signs.beats.items()
        }

    def now_s(self) -> float:
        """Return the time, in seconds of the clock that all is judged by."""
        return self._clock()

    def tell(self, services: Sequence[str], change: Callable[[Signs], Signs]) -> None:
        """Change what is known of some services."""
        for service in services:
            self._change(service, change)

    def _change(self, service: str, change: Callable[[Signs], Signs]) -> None:
        with self._lock:
            self._signs[service] = change(self._signs[service])

    def _snapshot(self) -> Mapping[str, Signs]:
        with self._lock:
            return dict(self._signs)


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop, of one service or of several."""

    vitals: Vitals
    services: tuple[str, ...]
    name: str
    within_s: float | None
    """None: it may be silent for as long as it likes."""

    def beat(self) -> None:
        """Say that the loop goes on: it has done something, or waits on purpose."""
        if self.within_s is None:
            return
        bound_s, now_s = self.within_s, self.vitals.now_s()
        self._tell(lambda signs: signs.beaten(self.name, bound_s=bound_s, now_s=now_s))

    def held_up(self, doing: str, why: str) -> None:
        """Say that something cannot be done because a server is away: to wait is to go on."""
        now_s = self.vitals.now_s()
        self._tell(lambda signs: signs.hindered(doing, why, now_s=now_s))
        self.beat()

    def goes_on(self, doing: str) -> None:
        """Say that something could be done, or is not tried any more."""
        self._tell(lambda signs: signs.unhindered(doing))

    def follows(self, lags: Mapping[Place, int]) -> None:
        """Say how many records of some partitions were not read yet."""
        self._tell(lambda signs: signs.following(lags))

    def _tell(self, change: Callable[[Signs], Signs]) -> None:
        self.vitals.tell(self.services, change)


@asynccontextmanager
async def pulsing(vitals: Vitals) -> AsyncGenerator[Loop]:
    """Show within the block that the process goes on, whatever its services do; give the loop."""
    loop = vitals.loop(name=PULSE, within_s=PULSE_WITHIN_S)
    loop.beat()
    beating = asyncio.ensure_future(_beat_for_ever(loop))
    try:
        yield loop
    finally:
        beating.cancel()
        await asyncio.wait([beating])


async def _beat_for_ever(loop: Loop) -> None:
    while True:
        await asyncio.sleep(PULSE_EVERY_S)
        loop.beat()
