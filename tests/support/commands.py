"""Runs `llama` commands: in a process of their own, or in a fork of one that has loaded them."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llama.cli import main
from tests.support.forks import forked

OF_PYTHON = ("PYTHONPATH", "PYTHONWARNINGS")
"""What Python reads when it begins: a fork cannot have its own."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed, and where."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    given: bytes = b""
    """Its standard input."""

    def run(self, *, within_s: float, folder: Path | None) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end in a process of its own."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "llama.cli", *self.arguments],
            env=self.environment,
            cwd=folder,
            input=self.given,
            capture_output=True,
            timeout=within_s,
            check=False,
        )

    @property
    def can_be_forked(self) -> bool:
        """Whether a fork can do it: one that leaves processes behind begins by itself."""
        is_ours = all(self.environment.get(name) == os.environ.get(name) for name in OF_PYTHON)
        return is_ours and self.arguments[:1] not in (["up"], ["demo"])

    def fork(self, *, within_s: float) -> subprocess.CompletedProcess[bytes]:
        """Run it to its end in a fork of a process that has loaded all commands."""
        return forked(_as_typed, self, given=self.given, within_s=within_s)


def _as_typed(command: Command) -> None:
    os.environ.clear()
    os.environ.update(command.environment)
    time.tzset()
    sys.argv = ["llama", *command.arguments]
    main()
