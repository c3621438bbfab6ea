"""The version history of an event, for people: what can go wrong with it.

    from llama.versioning import GitRepoUninitialized

Events in a running system have a history each, which they show as a git repository of their own;
an event in a folder has none so far, and says so with this error.
"""

from llama.domain.errors import GitRepoUninitialized

__all__ = ["GitRepoUninitialized"]
