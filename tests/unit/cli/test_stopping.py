"""Ctrl-C ends a command without a traceback, however early it comes."""

import signal
import subprocess
import sys

# The interrupt comes in the middle of the imports, wherever the machine may be slow.
INTERRUPTED_IMPORT = """
import importlib.abc, os, signal, sys

class Interrupting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "llama.cli.{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
sys.argv = ["llama", "{command}"]
from llama.cli import main
main()
"""


def interrupted(command: str, module: str) -> subprocess.CompletedProcess[str]:
    program = INTERRUPTED_IMPORT.replace("{module}", module).replace("{command}", command)
    return subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False
    )


def test_an_interrupt_while_the_commands_are_loaded_is_no_error() -> None:
    for command, module in (("watch", "system"), ("ls", "session")):
        done = interrupted(command, module)

        assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "")
