"""The `llama` command.

Here lives: what people type and what is printed for them, and which adapters a command is given.
Here does not live: any rule; a command asks the domain, the ports or the client.
"""

from llama.cli.app import main

__all__ = ["main"]
