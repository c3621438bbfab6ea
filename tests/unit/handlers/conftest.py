"""Where the handlers' tests find the shared maps and notices of the field."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="session")
def notices(shared_data: Path) -> Path:
    """Return the folder of public notices."""
    return shared_data / "gw" / "alerts"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `map_file` once per map of the shared data."""
    if "map_file" in metafunc.fixturenames:
        folder = Path(os.environ.get("SHARED_DATA_FOLDER", BESIDE))
        found = sorted(folder.glob("gw/maps/*/*.fits*"))
        metafunc.parametrize("map_file", found, ids=lambda path: f"{path.parent.name}-{path.name}")
