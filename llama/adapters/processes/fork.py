"""A copy of this process that runs one handler: how it begins, what it says, how it ends."""

import os
import resource
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn, Self

from llama.adapters.outlets.folder import FolderOutlet
from llama.adapters.processes.child import guarded, run
from llama.adapters.processes.limits import data_bytes, die_with, limit
from llama.adapters.processes.protocol import FOR_HANDLERS, Incoming, Reply, Request
from llama.domain.handler import FileHandler
from llama.domain.outlet import Outlet, Sender

_PIECE_BYTES = 65536
_PIECES = 16
"""Taken at once: who prints without end is still killed in time."""
_LOG_BYTES = 16 * 1024
_ENVIRONMENT = {
    # Equal inputs have to give equal bytes, here as in the workers' children.
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
    "MPLBACKEND": "Agg",
}


@dataclass(eq=False, slots=True)
class Fork:
    """A copy of this process, seen from the original."""

    pid: int
    replies: int
    """Descriptor from which its reply comes."""
    prints: int
    """Descriptor from which comes whatever it prints."""
    reply: Reply | None = None
    """What it has replied, once that is heard."""
    _is_unreadable: bool = False
    _said: Incoming = field(default_factory=Incoming)
    _printed: bytearray = field(default_factory=bytearray)
    _status: int | None = None

    @classmethod
    def of(cls, handler: type[FileHandler], request: Request, *, memory_bytes: int) -> Self:
        """Begin the run of a handler in a copy of this process."""
        parent = os.getpid()
        (replies, replying), (prints, printing) = os.pipe(), os.pipe()
        # What waits in a buffer would be written by the copy as well.
        for stream in (sys.stdout, sys.stderr):
            with suppress(ValueError, AttributeError):
                stream.flush()
        pid = os.fork()
        if not pid:
            _live(parent, replying, printing, handler, request, memory_bytes)
        os.close(replying)
        os.close(printing)
        for descriptor in (replies, prints):
            os.set_blocking(descriptor, False)
        return cls(pid, replies, prints)

    def hear(self, deadline: float) -> bool:
        """Wait for its reply; False if until then neither that nor its end came. Blocks.

        Once it has ended there is no reply but what it has said before, also when others keep
        its end open.
        """
        with selectors.DefaultSelector() as ready, _Watch(self.pid) as watch:
            for descriptor in (self.replies, self.prints, *watch.descriptors):
                ready.register(descriptor, selectors.EVENT_READ)
            while self.reply is None and not self._is_unreadable:
                found = [key.fd for key, _ in ready.select(max(deadline - time.monotonic(), 0.0))]
                if not found:
                    return False
                ends = self._take()
                if self.replies in ends or not {self.replies, self.prints}.issuperset(found):
                    break
                for descriptor in ends & ready.get_map().keys():
                    ready.unregister(descriptor)
        return True

    def _take(self) -> set[int]:
        """Take what has come by now; return the descriptors from which nothing will."""
        takers = {self.replies: self._understand, self.prints: self._printed.extend}
        ends = {descriptor for descriptor, take in takers.items() if _drained(descriptor, take)}
        del self._printed[:-_LOG_BYTES]
        return ends

    def _understand(self, piece: bytes) -> None:
        try:
            self.reply = self._said.add(piece)
        except ValueError:
            self.reply, self._is_unreadable = None, True

    def kill(self) -> None:
        """End it, whatever it is doing, with all that it has started."""
        for end in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                end(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Let it go once it was killed."""
        # Who ignores SIGCHLD has no dead children: then nobody knows how this one ended.
        with suppress(ChildProcessError):
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self._take()
        os.close(self.replies)
        os.close(self.prints)

    def how_it_ended(self) -> str:
        """Return in words how the process ended."""
        if self._status is not None and self._status < 0:
            return f"killed by {signal.Signals(-self._status).name}"
        return f"with exit status {'unknown' if self._status is None else self._status}"

    def printed(self) -> str:
        """Return the end of what it has printed."""
        return self._printed.decode(errors="replace").strip()


def _drained(descriptor: int, take: Callable[[bytes], None]) -> bool:
    """Take what a pipe holds, if it does not go on and on; tell whether it has come to its end."""
    for _ in range(_PIECES):
        try:
            piece = os.read(descriptor, _PIECE_BYTES)
        except BlockingIOError:
            return False
        if not piece:
            return True
        take(piece)
    return False


@dataclass(slots=True)
class _Watch:
    """Gives a descriptor that tells of a child's end, where the system has such."""

    pid: int
    descriptors: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        if sys.platform == "linux":
            with suppress(OSError):
                self.descriptors = (os.pidfd_open(self.pid),)
        return self

    def __exit__(self, *error: object) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)


def _live(
    parent: int,
    replying: int,
    printing: int,
    handler: type[FileHandler],
    request: Request,
    memory_bytes: int,
) -> NoReturn:
    """Be the copy: run the handler, say what became of it, and end."""
    me, status = os.getpid(), 1
    try:
        os.setsid()
        die_with(parent)
        _let_go(replying, printing)
        _adapt(memory_bytes)
        said = guarded(lambda: run(handler, request, _outlet(handler, request))).packed()
        # A handler that forks comes back from its run twice.
        while said and os.getpid() == me:
            said = said[os.write(replying, said) :]
        sys.stdout.flush()
        status = 0
    except BaseException:  # noqa: BLE001 - what the original would do about it is not the copy's
        traceback.print_exc()
    finally:
        os._exit(status)


def _outlet(handler: type[FileHandler], request: Request) -> Outlet | None:
    """Return the outlet into the folder of the request, if it names one."""
    if not request.outbox:
        return None
    sender = Sender(Path(request.outputs).name, handler.__name__)
    at = datetime.fromisoformat(request.now)
    return FolderOutlet(Path(request.outbox), sender, lambda: at)


def _let_go(replying: int, printing: int) -> None:
    """Let go of all that the original has open: its locks, its connections, its terminal.

    The numbers stay taken: an object that believes it has one open must not close a newer file.
    """
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(printing, 1)
    os.dup2(printing, 2)
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - they are numbers
        if int(name) > 2 and int(name) not in {replying, null}:
            with suppress(OSError):
                os.dup2(null, int(name), inheritable=False)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = sys.stderr = os.fdopen(
        1, "w", buffering=1, errors="backslashreplace", closefd=False
    )


def _adapt(memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for name in [name for name in os.environ if name.startswith("LLAMA_")]:
        if name not in FOR_HANDLERS:
            del os.environ[name]
    os.environ.update(_ENVIRONMENT)
    time.tzset()
    os.umask(0o077)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = memory_bytes + data_bytes()
    limit(wanted if hard == resource.RLIM_INFINITY else min(wanted, hard))
