"""What a child does to itself before any handler runs: limits, and death with its parent."""

import ctypes
import errno
import os
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""
_RESIDENT, _DATA = 1, 5
"""Fields of /proc/self/statm, in pages."""
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


def _pages(field: int) -> int:
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[field]) if statm.exists() else 0
