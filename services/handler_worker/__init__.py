"""Runs handlers: leases a task, makes its file, and says on the log what came of it."""

from schemas.topics import FACTS_TOPIC

CONSUMES = ()
PRODUCES = (FACTS_TOPIC,)
OWNS = ("the leases of tasks", "outbox")
