"""The services: each answers one kind of message, and knows of the others only by their topics.

Every service has `__init__` (what it consumes, produces and owns), `reactions` (ports only) and
`__main__` (which adapters it is given). `python -m services` runs several in one process.
"""
