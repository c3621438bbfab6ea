"""A module of handlers that needs a gigabyte to be imported."""

TABLE = bytes(2**30)
