"""Facts are decoded once for all who fold them in a process."""

from dataclasses import dataclass, field

from llama.domain.shared_manifests import shared
from schemas.facts import FACTS, Fact, PipelineAdopted

REMEMBERED = 5000
"""Facts: more than come in while the slowest consumer lets them gather."""


@dataclass(slots=True)
class FactReader:
    """Decodes facts, and remembers those that were decoded last: values that nobody changes."""

    most: int = REMEMBERED
    _known: dict[bytes, Fact] = field(default_factory=dict[bytes, Fact])

    def read(self, body: bytes) -> Fact:
        """Return the fact that a body says; ValidationError if it is none."""
        known = self._known.get(body)
        if known is not None:
            return known
        fact = self._known[body] = _read(body)
        if len(self._known) > self.most:
            del self._known[next(iter(self._known))]
        return fact


def _read(body: bytes) -> Fact:
    fact = FACTS.validate_json(body)
    if isinstance(fact, PipelineAdopted):
        return fact.model_copy(update={"manifest": shared(fact.manifest)})
    return fact
