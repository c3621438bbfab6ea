"""What the model asks of a gravitational-wave candidate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from llama.handlers.sky.map import MultiOrderMap


@dataclass(frozen=True, slots=True)
class Trigger:
    """A gravitational-wave candidate."""

    time: datetime
    """Aware, UTC."""
    sky: MultiOrderMap
    far_hz: float | None = None
    group: str | None = None
    """CBC or Burst."""
    classification: Mapping[str, float] = field(default_factory=dict[str, float])
    instruments: tuple[str, ...] = ()
    snr: float | None = None
    """Only a private record has it: public notices carry none."""
