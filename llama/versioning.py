"""The version history of an event, for people: what can go wrong with it.

    from llama.versioning import GitRepoUninitialized

Every event has a history, which a running system shows as a git repository of its own; that of an
event in a folder (`Event.versions`, `Event.clone`) has the same commits. Before its first file it
has none, and says so with this error.
"""

from llama.domain.errors import GitRepoUninitialized, UnknownRevision

__all__ = ["GitRepoUninitialized", "UnknownRevision"]
