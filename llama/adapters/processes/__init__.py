"""Handlers in child processes: killable, limited, reused.

Here lives: the pool of processes, what is said between parent and child, the folder of a run.
Here does not live: what a handler computes, or when it has to.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama.adapters.processes.runner import ProcessRunner

__all__ = ["ProcessRunner"]


def __getattr__(name: str) -> object:
    """Import the parent's side when it is asked for: the children import this package too."""
    if name == "ProcessRunner":
        from llama.adapters.processes.runner import ProcessRunner

        return ProcessRunner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
