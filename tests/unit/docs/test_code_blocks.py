"""Every block of Python in the pages runs, in the order in which a reader meets it."""

import re
from pathlib import Path

import pytest

from llama.handlers import PIPELINE
from llama.handlers.sky.writing import to_fits
from tests.support.notices import a_notice, an_event
from tests.unit.handlers.builders import a_blob, with_distance

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = ("README.md", "CONTRIBUTING.md", "docs/python.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(
    page: str, repository_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sky_map = to_fits(with_distance(a_blob(4)))
    notice = a_notice(superevent_id="MS230914a", event=an_event(skymap=sky_map))
    (tmp_path / "notice.json").write_bytes(notice)
    scope: dict[str, object] = {"__name__": "a_page"}

    for block in BLOCK.findall((repository_root / page).read_text()):
        exec(compile(block, page, "exec"), scope)


def test_the_page_lists_the_aspects_of_the_built_in_files(repository_root: Path) -> None:
    lines = (repository_root / "docs/python.md").read_text().splitlines()

    for handler in PIPELINE:
        row = next(line for line in lines if line.startswith(f"| `{handler.__name__}` |"))
        listed = set(re.findall(r"`(\w+)`(?=[:,])", row))
        assert f"| `{handler.FILENAME}` |" in row
        assert listed == set(handler.ASPECTS)


def test_there_is_code_to_run(repository_root: Path) -> None:
    assert len(BLOCK.findall((repository_root / "docs/python.md").read_text())) >= 6
