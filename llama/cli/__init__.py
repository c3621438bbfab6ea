"""The `llama` command.

Here lives: what people type and what is printed for them, and which adapters a command is given.
Here does not live: any rule; a command asks the domain, the ports or the client.
"""

import sys

INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C has ended."""


def main() -> None:
    """Run the command that was typed; Ctrl-C ends it without a word, also while it is loaded."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run() -> None:
    # A list does not wait for what other commands need.
    if sys.argv[1:2] == ["ls"]:
        from llama.cli.ls import main as run
    else:
        from llama.cli.app import main as run
    run()


__all__ = ["main"]
