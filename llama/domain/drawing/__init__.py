"""Graphs as dot text: of an event, and of a pipeline."""
