"""Tells subscribers, on public topics, what the facts amount to; and that it is alive."""

from schemas.topics import FACTS_TOPIC, PUBLIC, REVISIONS_TOPIC, SELECTIONS_TOPIC

CONSUMES = (FACTS_TOPIC, REVISIONS_TOPIC, SELECTIONS_TOPIC)
PRODUCES = PUBLIC
OWNS = ("selections",)
