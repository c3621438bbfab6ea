"""Keeps the version history: every fact that changes an event's files is a revision in git."""

from schemas.topics import FACTS_TOPIC, REVISIONS_TOPIC

CONSUMES = (FACTS_TOPIC,)
PRODUCES = (REVISIONS_TOPIC,)
OWNS = ("heads", "the git repositories")
