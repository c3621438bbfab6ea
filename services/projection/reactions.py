"""Facts, reports, neutrinos, triggers become rows; `llama rebuild` makes them in the same way."""

from llama.runtime.projecting import CONSUMER, Projector, show

__all__ = ["CONSUMER", "Projector", "show"]
