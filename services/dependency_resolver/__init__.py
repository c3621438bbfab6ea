"""Decides which files every event needs now, and says which have become obsolete or expired."""

from schemas.topics import FACTS_TOPIC

CONSUMES = (FACTS_TOPIC,)
PRODUCES = (FACTS_TOPIC,)
OWNS = ("tasks", "timers", "deployments")
