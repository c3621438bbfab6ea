"""The same work for every engine: five workloads over a pipeline of twelve files.

Nothing here but `handlers` and `ours` needs more than Python's own library: other engines' drivers
use it from environments of their own.
"""
