"""What a lack of memory is called, by Python and by what it loads."""

import errno

import pytest

from llama.adapters.processes.limits import is_lack_of_memory

UNMAPPED = "libopenblas.so: failed to map segment from shared object"


def because_of(cause: Exception, *, said: bool) -> ImportError:
    """Return an error that another one led to, with or without `from`."""
    try:
        try:
            raise cause
        except type(cause) as error:
            if said:
                raise ImportError("numpy cannot be imported") from error
            raise ImportError("numpy cannot be imported")  # noqa: B904 - what many libraries do
    except ImportError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError(UNMAPPED),
        because_of(ImportError(UNMAPPED), said=True),
        because_of(MemoryError(), said=False),
    ],
)
def test_a_lack_of_memory_is_recognised(error: Exception) -> None:
    assert is_lack_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'numpy'"),
        OSError(errno.ENOENT, "No such file"),
        because_of(ValueError("nothing"), said=True),
    ],
)
def test_other_errors_are_not(error: Exception) -> None:
    assert not is_lack_of_memory(error)
