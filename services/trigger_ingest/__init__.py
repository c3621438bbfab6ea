"""Takes notices from alert topics, and says what they say as facts of their events."""

from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    INCOMING,
    NEUTRINOS_TOPIC,
    SOURCES_TOPIC,
)

CONSUMES = INCOMING
PRODUCES = (
    *(FACTS_TOPIC, NEUTRINOS_TOPIC, EXTERNAL_TRIGGERS_TOPIC, DEAD_LETTERS_TOPIC, SOURCES_TOPIC),
    *INCOMING,
)
OWNS = ("receipts", "sources")
