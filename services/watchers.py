"""Who is told how the services of a process get on, and who answers for them."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Self

from llama.adapters.probes import Probes, answering
from llama.adapters.prometheus.metrics import CONTENT_TYPE, PrometheusMetrics
from llama.runtime.addresses import health_file, write_atomically
from llama.runtime.settings import OFF, Settings
from llama.runtime.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Watchers:
    """What a process knows of its services' health, and tells whoever asks."""

    vitals: Vitals
    metrics: PrometheusMetrics
    probes: Probes
    settings: Settings

    @classmethod
    def of(cls, services: Sequence[str], settings: Settings) -> Self:
        """Make them for the services of a process."""
        vitals = Vitals(services, clock=time.monotonic, most_lag=settings.ready_lag)
        metrics = PrometheusMetrics(vitals, version=_release(), time_s=time.time)
        probes = Probes(vitals, metrics.text, metrics_type=CONTENT_TYPE)
        return cls(vitals, metrics, probes, settings)

    @contextmanager
    def answering(self, process: str) -> Generator[None]:
        """Answer for the process within the block, unless that is switched off."""
        if self.settings.health == OFF:
            yield
            return
        host, _, port = self.settings.health.rpartition(":")
        file = health_file(self.settings, process)
        with answering(self.probes, host, int(port)) as address:
            write_atomically(file, f"{address}\n")
            try:
                yield
            finally:
                file.unlink(missing_ok=True)


def _release() -> str:
    try:
        return version("llama-gwhen")
    except PackageNotFoundError:
        return "not installed"
