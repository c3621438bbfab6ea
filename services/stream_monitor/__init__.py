"""Counts, in windows, how alerts come and how fast they are followed; a view, in Faust."""

from schemas.topics import EXTERNAL_TRIGGERS_TOPIC, FACTS_TOPIC, NEUTRINOS_TOPIC

CONSUMES = (FACTS_TOPIC, NEUTRINOS_TOPIC, EXTERNAL_TRIGGERS_TOPIC)
PRODUCES = ()
OWNS = ("boards",)
