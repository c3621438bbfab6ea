"""A pipeline of one's own: taken from the folder where `llama` is typed, refused before a start."""

from pathlib import Path

import pytest

from tests.support.system import System

RANK = """
from llama import DEFAULT_PIPELINE, JSONHandler
from llama.handlers import SkymapInfo


class Rank(JSONHandler):
    FILENAME = "rank.json"
    DEPENDENCIES = (SkymapInfo,)

    def generate(self, inputs):
        return {"area": inputs[SkymapInfo].json()["map"]["area_90_deg2"]}


PIPELINE = DEFAULT_PIPELINE + Rank
"""
ODD = RANK.replace("DEPENDENCIES", "DEPENDENCY")
IN_THE_WAY = ("schemas.py", "services.py", "random.py")
COMMANDS = (("up",), ("up", "--detach"), ("demo",), ("ingest", "rank.py"), ("make", "S1"))


@pytest.mark.parametrize(
    ("command", "module", "code", "told"),
    [
        *((command, "absent", None, "there is no module absent in ") for command in COMMANDS),
        (("up",), "broken", "1 / 0", "ZeroDivisionError: division by zero"),
        (("demo",), "empty", "", "empty has no handlers"),
        (("make", "S1"), "odd", ODD, "did you mean DEPENDENCIES?"),
    ],
)
def test_a_wrong_pipeline_ends_the_command_before_anything_starts(
    command: tuple[str, ...], module: str, code: str | None, told: str, tmp_path: Path
) -> None:
    (tmp_path / "rank.py").write_text("")
    if code is not None:
        (tmp_path / f"{module}.py").write_text(code)
    system = System(tmp_path / "home", {"LLAMA_PIPELINE": module}, folder=tmp_path)

    done = system.run(*command, check=False)

    assert (done.returncode, done.stdout) == (2, b"")
    assert f"LLAMA_PIPELINE={module}" in done.stderr.decode()
    assert told in " ".join(done.stderr.decode().split())
    assert not system.home.exists()


def test_a_pipeline_is_found_in_the_folder_where_the_command_is_typed(tmp_path: Path) -> None:
    (tmp_path / "rank.py").write_text(RANK)
    for name in IN_THE_WAY:
        (tmp_path / name).write_text("raise RuntimeError('this is somebody's own')")
    home = tmp_path / "home"

    shown = System(home, {"LLAMA_PIPELINE": "rank"}, folder=tmp_path).run("demo")

    assert b"rank.json" in shown.stdout
    (results,) = (home / "events").iterdir()
    assert (results / "rank.json").exists()
