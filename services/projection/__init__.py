"""Keeps the read models: what the log amounts to, in tables that answer questions."""

from schemas.topics import (
    DEAD_LETTERS_TOPIC,
    EXTERNAL_TRIGGERS_TOPIC,
    FACTS_TOPIC,
    NEUTRINOS_TOPIC,
    REVISIONS_TOPIC,
    SOURCES_TOPIC,
)

CONSUMES = (
    *(FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC),
    *(EXTERNAL_TRIGGERS_TOPIC, SOURCES_TOPIC),
)
PRODUCES = ()
OWNS = (
    *("facts", "events", "event_spans", "files", "file_versions", "flag_changes", "holds"),
    *("failures", "revisions", "dead_letters", "neutrinos", "external_triggers", "notice_copies"),
    "source_gaps",
)
