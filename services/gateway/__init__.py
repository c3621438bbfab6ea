"""Answers questions about events over HTTP: as JSON, as files, as pages. It changes nothing."""

CONSUMES = ()
PRODUCES = ()
OWNS = ()
