"""A long-lived git process that is talked to through its pipes."""

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from llama.adapters.git.command import command_line, start_git
from llama.domain.errors import Unavailable

_CHUNK = 1 << 16
_TAIL = 2000
"""Bytes of complaints that are kept for the error's text."""
_PATIENCE_S = 120.0
"""Longer than git may take over the largest file on a slow disk; after that it hangs for good."""


class GitChild:
    """Writes to and reads from one git process; Unavailable when it has died or hangs.

    While it writes it also reads, so that neither side waits for the other for ever. Blocks.
    """

    def __init__(
        self,
        root: Path,
        *arguments: str,
        inherit: tuple[int, ...] = (),
        niceness: int = 0,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._name = f"git {arguments[0]}"
        nice = ["nice", "-n", str(niceness)] if niceness else []
        command = [*nice, *command_line(root, *arguments, settings=settings)]
        self._handle = start_git(command, inherit=inherit)
        process = self._handle.proc
        if process is None or not (process.stdin and process.stdout and process.stderr):
            raise Unavailable(f"{self._name} has no pipes: look at the installed git")
        self._process: subprocess.Popen[bytes] = process
        self._stdin = process.stdin.fileno()
        self._stdout = process.stdout.fileno()
        self._stderr = process.stderr.fileno()
        self._received = bytearray()
        self._complaints = bytearray()
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._poll.register(self._stderr, select.POLLIN)
        os.set_blocking(self._stdin, False)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def send(self, content: bytes) -> None:
        """Write some bytes."""
        if self._process.returncode is not None:
            raise Unavailable(f"{self._name} has ended: start another")
        rest = memoryview(content)
        self._poll.register(self._stdin, select.POLLOUT)
        try:
            while rest:
                if self._stdin in self._take():
                    rest = rest[os.write(self._stdin, rest[:_CHUNK]) :]
        except (BrokenPipeError, BlockingIOError) as error:
            raise self._died() from error
        finally:
            self._poll.unregister(self._stdin)

    def line(self) -> str:
        """Read a line, without its end."""
        while (end := self._received.find(b"\n")) < 0:
            self._take()
        return self._cut(end + 1)[:-1].decode()

    def exactly(self, size: int) -> bytes:
        """Read as many bytes."""
        while len(self._received) < size:
            self._take()
        return self._cut(size)

    def close(self, farewell: bytes = b"", *, patience_s: float = _PATIENCE_S) -> None:
        """Say farewell, wait for the process's end, kill it if it does not come."""
        with contextlib.suppress(Unavailable, subprocess.TimeoutExpired):
            self.send(farewell)
            if self._process.stdin:
                self._process.stdin.close()
            self._process.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """End the process, and those that it may have started, now."""
        self._signal_group()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def _signal_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def _take(self) -> set[int]:
        """Wait until something can be done; read what there is; return the ready pipes."""
        ready = {descriptor for descriptor, _ in self._poll.poll(_PATIENCE_S * 1000)}
        if not ready:
            self.kill()
            raise Unavailable(f"{self._name} did not move for {_PATIENCE_S:.0f} s: try again")
        if self._stderr in ready:
            self._hear()
        if self._stdout in ready:
            received = os.read(self._stdout, _CHUNK)
            if not received:
                raise self._died()
            self._received += received
        return ready

    def _hear(self) -> None:
        heard = os.read(self._stderr, _CHUNK)
        if not heard:
            self._poll.unregister(self._stderr)
            self._stderr = -1
        self._complaints += heard
        del self._complaints[:-_TAIL]

    def _died(self) -> Unavailable:
        self._signal_group()
        while self._stderr >= 0:
            self._hear()
        self.kill()
        status = self._process.returncode
        said = self._complaints.decode(errors="replace").strip()
        return Unavailable(f"{self._name} ended with status {status} ({said}): try again")
