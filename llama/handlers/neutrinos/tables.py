"""Columns of numbers in text files, as the public releases have them."""

from pathlib import Path

import numpy as np

from llama.domain.errors import Misconfigured
from llama.handlers.neutrinos.splines import FloatArray

MAX_BYTES = 512 * 1024 * 1024
"""The whole ten-year release has under 100 MB of events."""


def columns(path: Path, count: int) -> FloatArray:
    """Return the rows of a table as (rows, count); lines that begin with # are skipped.

    Misconfigured if there is no such file, or if it holds something else.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Misconfigured(f"{path} has more than {MAX_BYTES} bytes: it is no table of ours")
        found = np.loadtxt(path, ndmin=2, dtype=np.float64)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror}): name the folder") from error
    except ValueError as error:
        raise Misconfigured(f"{path} is no table of numbers: {error}") from error
    if found.shape[1] != count or not np.all(np.isfinite(found)):
        shape = f"{found.shape[1]} columns"
        raise Misconfigured(f"{path} has {shape}, or odd numbers: {count} columns are needed")
    return found
