"""What any test may need: where the repository is, and the data that is shared beside it."""

import os
from pathlib import Path

import pytest


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
