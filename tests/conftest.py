"""What any test may need: where the repository is, and the data that is shared beside it."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So a shell without job control starts what is to run in the background, and all its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long anything takes depends on who else is busy on the machine.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
LONG = ("test_simulation.py", "test_calibration.py")
"""Each takes minutes on one processor. The others fill up the time of its neighbours."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: begun last, it would run on alone when all else has ended."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="session")
def repository_root() -> Path:
    """Return the folder with pyproject.toml."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data(repository_root: Path) -> Path:
    """Return the folder with real alerts: beside the repository, or SHARED_DATA_FOLDER."""
    beside = repository_root.parent / "shared" / "data"
    folder = Path(os.environ.get("SHARED_DATA_FOLDER", beside))
    if not folder.is_dir():
        pytest.skip("no shared data: put it in ../shared/data or set SHARED_DATA_FOLDER")
    return folder
