"""The model: how probable it is that tracks and a gravitational wave have one source.

Pure numpy. docs/science.md derives every equation; modules name its sections. Nothing here knows
of files, events or where tracks come from.
"""
