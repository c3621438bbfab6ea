"""What a process writes to its log: an object a line, its libraries' lines too."""

import json
import subprocess
import sys
from typing import Any

import pytest

OURS = """
import structlog
structlog.contextvars.bind_contextvars(event_id="S1")
structlog.get_logger().info("file_made", file="skymap.fits", text="two\\nlines")
"""
A_LIBRARY = 'import logging; logging.getLogger("aiokafka").error("no %s", "broker")'
A_FAILURE = """
import structlog
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("service_failed")
"""


def lines(code: str, *, style: str = "auto") -> list[str]:
    """Run some code in a process with logs of this style, and return what it wrote."""
    begin = f'from llama.runtime.logs import configure_logs; configure_logs("tests", "{style}")\n'
    done = subprocess.run(
        [sys.executable, "-c", begin + code], capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()


def objects(code: str, *, style: str = "auto") -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(code, style=style)]


@pytest.mark.parametrize("style", ["auto", "json"])
def test_a_line_is_an_object_with_a_verb_a_service_and_what_was_bound(style: str) -> None:
    [line] = objects(OURS, style=style)

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "verb": "file_made",
        "level": "info",
        "service": "tests",
        "event_id": "S1",
        "file": "skymap.fits",
        "text": "two\nlines",
    }


def test_what_a_library_logs_is_an_object_too() -> None:
    [line] = objects(A_LIBRARY)

    assert (line["verb"], line["level"], line["logger"]) == ("no broker", "error", "aiokafka")
    assert line["service"] == "tests"


def test_what_a_library_warns_of_is_an_object_too() -> None:
    [line] = objects('import warnings; warnings.warn("no such folder")')

    assert "UserWarning: no such folder" in line["verb"]
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")


def test_a_traceback_is_within_its_line() -> None:
    [line] = objects(A_FAILURE)

    assert "ZeroDivisionError" in line["exception"]


def test_people_read_text() -> None:
    [line] = lines(OURS, style="text")

    assert "file_made" in line
    assert not line.startswith("{")
