"""Copies of notices tell which source of alerts brought them, whatever they became."""

import pytest

from llama.domain.copies import Received, archived, copy_of
from schemas.examples import EXAMPLES
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Origin, Source, TriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter

KINDS = (TriggerReceived, NeutrinoReceived, ExternalTriggerReceived, DeadLetter)
OF_GCN = Origin(source="gcn.nasa.gov", topic="igwn.gwalert", partition=2, offset=99)


def a_message(kind: type[Received], origin: Origin | None) -> Received:
    """Return an example of a message that came from a topic of ours."""
    [example] = [one for one in EXAMPLES if isinstance(one, kind)]
    source = Source(topic="igwn.gwalert", partition=0, offset=4, origin=origin)
    return example.model_copy(update={"source": source})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("origin", "told"), [(OF_GCN, "gcn.nasa.gov"), (None, None)])
def test_a_copy_tells_its_source(
    kind: type[Received], origin: Origin | None, told: str | None
) -> None:
    copy = copy_of(a_message(kind, origin), 0, 7)

    assert copy is not None
    assert archived(copy, is_repeat=False).origin == told
