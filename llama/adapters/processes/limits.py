"""What a child does to itself before any handler runs: limits, and death with its parent."""

import ctypes
import errno
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""
_RESIDENT, _DATA = 1, 5
"""Fields of /proc/self/statm, in pages."""
_RUNS_PER_LOOK = 16
_UNMAPPED = "failed to map segment"


def die_with(parent: int) -> None:
    """Be killed by the kernel when the parent dies (Linux), also if it has just died."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def limit(memory_bytes: int) -> None:
    """Bound the memory that can be allocated, and leave no core dumps.

    Data, not address space: numeric libraries reserve much more address space than they use.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_lack_of_memory(error: BaseException | None) -> bool:
    """Tell whether an error, or one that led to it, is that no more memory was to be had."""
    while error is not None:
        is_refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
        # The dynamic linker has no better way to say it.
        is_unmapped = isinstance(error, ImportError) and _UNMAPPED in str(error)
        if isinstance(error, MemoryError) or is_refused or is_unmapped:
            return True
        error = error.__cause__ or error.__context__
    return False


def resident_bytes() -> int:
    """Return the memory that this process occupies now; 0 where the system does not tell."""
    return _pages(_RESIDENT) * resource.getpagesize()


def data_bytes() -> int:
    """Return what counts towards the limit now; 0 where the system does not tell."""
    return _pages(_DATA) * resource.getpagesize()


class Scales:
    """Tells what a process has gathered in its runs: memory, and files that were left open.

    It looks when a run has needed more memory than any before, and every so many runs: what leaks
    does so slowly, and a look takes as long as much of what a run costs.
    """

    def __init__(self) -> None:
        self._peak = 0
        self._until_next = 0

    def weigh(self) -> tuple[int, int]:
        """Return resident bytes, and the number that the next file would get; zeros: not now."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._until_next -= 1
        if peak <= self._peak and self._until_next > 0:
            return 0, 0
        self._peak, self._until_next = peak, _RUNS_PER_LOOK
        return resident_bytes(), _next_descriptor()


def _next_descriptor() -> int:
    try:
        descriptor = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # all are taken
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.close(descriptor)
    return descriptor


def _pages(field: int) -> int:
    try:
        descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        return int(os.read(descriptor, 256).split()[field])
    finally:
        os.close(descriptor)
