"""`llama status` names the services that do not do their work."""

from pathlib import Path

import pytest

from llama.cli.health import tell_of_health
from llama.runtime.addresses import health_file, write_atomically
from llama.runtime.settings import Settings
from llama.runtime.vitals import Vitals
from tests.support.probing import listening


def told(home: Path, address: str, capsys: pytest.CaptureFixture[str]) -> str:
    settings = Settings(home=home)
    write_atomically(health_file(settings, "services"), f"{address}\n")
    tell_of_health(settings)
    return capsys.readouterr().err


def test_services_that_are_ready_are_not_mentioned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vitals = Vitals(["projection"], clock=lambda: 0.0)
    vitals.begun("projection")

    with listening(vitals) as listener:
        assert told(tmp_path, listener.address, capsys) == ""


def test_a_service_that_is_not_ready_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(Vitals(["projection"], clock=lambda: 0.0)) as listener:
        said = told(tmp_path, listener.address, capsys)

    assert "projection is not ready: it has not begun" in said


def test_a_process_that_is_gone_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(Vitals([], clock=lambda: 0.0)) as listener:
        pass

    assert f"no process answers at {listener.address}" in told(tmp_path, listener.address, capsys)
