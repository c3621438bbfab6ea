"""Takes notices from alert topics, and says what they say as facts of their events."""

from schemas.topics import ALERTS_TOPIC, DEAD_LETTERS_TOPIC, FACTS_TOPIC

CONSUMES = (ALERTS_TOPIC,)
PRODUCES = (FACTS_TOPIC, DEAD_LETTERS_TOPIC)
OWNS = ("receipts",)
