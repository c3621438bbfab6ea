"""A mock event with a small p-value calls people, if drills may; a retraction calls them off."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from llama.adapters.system_clock import SystemClock
from llama.handlers.mock import mock_neutrinos, mock_notice
from tests.support.http_server import Answers, serving
from tests.support.system import System, running, wait_until

AGO = timedelta(hours=1)
SOON, LATER = timedelta(minutes=20), timedelta(minutes=40)
"""After the merger, when its notices come."""
PATH = "/hooks/swordfish"


def webhook(folder: Path, answers: Answers) -> str:
    """Write down where alarms go."""
    answers.bodies[PATH] = b"ok"
    file = folder / "webhook"
    file.touch(mode=0o600)
    file.write_text(f"http://{answers.address}{PATH}\n")
    return str(file)


def told(system: System, folder: Path, **which: Any) -> str:
    """Send a notice in, wait until all has settled, and return the event."""
    notice = folder / "alert.json"
    notice.write_bytes(mock_notice(**which))
    return system.ingest(notice)[0]["event"]


def judge(system: System, folder: Path, event: str, p_value: float) -> None:
    """Put a p-value into significance.json: its own, which chance draws, may be large or small."""
    said = orjson.loads(system.run("cat", event, "significance.json").stdout)
    path = folder / "significance.json"
    path.write_bytes(orjson.dumps({**said, "p_value": p_value}))
    system.run("put", event, "significance.json", path, "--reason", "a rehearsal")


def heard(answers: Answers) -> list[dict[str, Any]]:
    return [orjson.loads(body) for path, _, body in answers.asked if path == PATH]


def test_a_drill_calls_people_where_it_may_and_calls_them_off(tmp_path: Path) -> None:
    merged = SystemClock().now() - AGO
    with serving() as answers:
        environment = {
            "LLAMA_NEUTRINOS": mock_neutrinos(merged),
            "LLAMA_WEBHOOK_FILE": webhook(tmp_path, answers),
            "LLAMA_WEBHOOK_TESTS": "true",
        }
        with running(tmp_path / "home", environment=environment) as system:
            event = told(system, tmp_path, merged_at=merged, latency=SOON)
            judge(system, tmp_path, event, 0.0042)
            wait_until(lambda: len(heard(answers)) == 1, "people are called")
            told(system, tmp_path, merged_at=merged, latency=LATER, alert_type="RETRACTION")
            wait_until(lambda: len(heard(answers)) == 2, "they are called off")
            ledger = system.json("publish", "ls")
            logs = system.logs()

    raised, taken_back = heard(answers)
    assert (raised["event"], raised["state"], raised["test"]) == (event, "raised", True)
    assert raised["p_value"] < 0.01
    assert (taken_back["state"], taken_back["because"]) == ("taken-back", "the event was retracted")
    assert {one["topic"] for one in ledger} >= {"alarm.test"}
    assert "swordfish" not in logs + str(ledger)


def test_a_drill_calls_nobody_unless_it_may(tmp_path: Path) -> None:
    merged = SystemClock().now() - AGO
    with serving() as answers:
        environment = {
            "LLAMA_NEUTRINOS": mock_neutrinos(merged),
            "LLAMA_WEBHOOK_FILE": webhook(tmp_path, answers),
        }
        with running(tmp_path / "home", environment=environment) as system:
            event = told(system, tmp_path, merged_at=merged, latency=SOON)
            judge(system, tmp_path, event, 0.0042)
            folder = system.home / "outbox" / "alarm.test"
            wait_until(lambda: any(folder.glob(f"{event}-*.json")), "it stays here")

    assert heard(answers) == []
