"""Settings: every one from the environment, and nothing that nobody has heard of."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from llama.domain.errors import Misconfigured
from llama.runtime.settings import PREFIX, Settings, read_settings

GIVEN: dict[str, tuple[str, object]] = {
    "home": ("/somewhere/else", Path("/somewhere/else")),
    "kafka": ("kafka.example:9092", "kafka.example:9092"),
    "database_url": ("postgresql://localhost/llama", "postgresql://localhost/llama"),
    "database_role": ("llama_gateway", "llama_gateway"),
    "pipeline": ("my.handlers", "my.handlers"),
    "neutrinos": ("simulated:ic40", "simulated:ic40"),
    "external_triggers": ("received:", "received:"),
    "sources": ("file:///alerts", "file:///alerts"),
    "push_token_file": ("/etc/llama/token", "/etc/llama/token"),
    "outlet": ("kafka://kafka.example:9092", "kafka://kafka.example:9092"),
    "webhook_file": ("/etc/llama/webhook", "/etc/llama/webhook"),
    "webhook_tests": ("true", True),
    "backgrounds": ("/somewhere/sets", "/somewhere/sets"),
    "workers": ("7", 7),
    "lease_s": ("2.5", 2.5),
    "http": ("0.0.0.0:8080", "0.0.0.0:8080"),
    "health": ("0.0.0.0:9100", "0.0.0.0:9100"),
    "ready_lag": ("50", 50),
    "log": ("json", "json"),
    "public_url": ("https://llama.example.org", "https://llama.example.org"),
    "monitor": ("on", "on"),
    "monitor_window_s": ("60", 60.0),
    "instance": ("2", 2),
    "instances": ("3", 3),
    "stale_after_days": ("0.5", 0.5),
    "handler_memory_mb": ("512", 512),
}
"""By setting: the text in the environment, and what it means."""


def environment() -> dict[str, str]:
    return {PREFIX + name.upper(): text for name, (text, _) in GIVEN.items()}


def test_every_setting_is_tried_here() -> None:
    assert set(GIVEN) == set(Settings.model_fields)


@pytest.mark.parametrize("name", GIVEN)
def test_every_setting_is_read_from_the_environment(name: str) -> None:
    assert getattr(read_settings(environment()), name) == GIVEN[name][1]


def test_the_environment_of_the_process_counts_if_no_other_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LLAMA_WORKERS", "5")

    assert read_settings().workers == 5
    assert read_settings({}).workers == 2


def test_what_is_not_set_has_its_default() -> None:
    settings = read_settings({"PATH": "/bin", "HOME": "/home/me"})

    assert (settings.kafka, settings.database_url) == ("", "")
    assert (settings.pipeline, settings.workers) == ("llama.handlers", 2)


def test_an_empty_variable_counts_as_not_set() -> None:
    empty = dict.fromkeys(environment(), "")

    assert read_settings(empty) == read_settings({})


@pytest.mark.parametrize("name", ["LLAMA_WORKER", "LLAMA_", "LLAMA_workers"])
def test_a_name_that_nobody_has_heard_of_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is not a setting: .*use one of .*LLAMA_WORK"):
        read_settings({name: "3"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LLAMA_WORKERS", "many"),
        ("LLAMA_WORKERS", "0"),
        ("LLAMA_WORKERS", "2.5"),
        ("LLAMA_LEASE_S", "nan"),
        ("LLAMA_LEASE_S", "0.5"),
        ("LLAMA_INSTANCE", "-1"),
        ("LLAMA_HANDLER_MEMORY_MB", "1"),
        ("LLAMA_HEALTH", "on"),
        ("LLAMA_HEALTH", "127.0.0.1"),
        ("LLAMA_READY_LAG", "-1"),
        ("LLAMA_LOG", "xml"),
        ("LLAMA_STALE_AFTER_DAYS", "-1"),
        ("LLAMA_STALE_AFTER_DAYS", "inf"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_text(name: str, text: str) -> None:
    with pytest.raises(Misconfigured, match=rf"^{name}: .*\(got .*{re.escape(text)}"):
        read_settings({name: text})


@pytest.mark.parametrize("environment", [{"INSTANCE": "1"}, {"INSTANCE": "3", "INSTANCES": "3"}])
def test_an_instance_that_does_not_exist_is_refused(environment: dict[str, str]) -> None:
    """It would read nothing, and nobody would read what it should."""
    with pytest.raises(Misconfigured, match=r"LLAMA_INSTANCES: .*no instance \d of \d.*from 0"):
        read_settings({PREFIX + name: text for name, text in environment.items()})


def test_the_home_is_an_absolute_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")

    assert read_settings({"LLAMA_HOME": "here"}).home == tmp_path / "here"
    assert read_settings({"LLAMA_HOME": "~/llama"}).home == Path("/home/me/llama")


def test_all_folders_are_in_the_home() -> None:
    settings = read_settings({"LLAMA_HOME": "/home/llama"})

    folders = (settings.run_folder, settings.artifacts_folder)
    assert {path.parent for path in (*folders, settings.history_folder, settings.work_folder)} == {
        Path("/home/llama")
    }


def test_days_may_be_parts_of_days() -> None:
    assert read_settings({"LLAMA_STALE_AFTER_DAYS": "0.25"}).stale_after == timedelta(hours=6)


def test_settings_do_not_change() -> None:
    settings = read_settings({})

    with pytest.raises(ValueError, match="frozen"):
        settings.workers = 3  # pyright: ignore[reportAttributeAccessIssue] - what is tested


@pytest.mark.parametrize(
    ("given", "folder"),
    [({}, "/somewhere/backgrounds"), ({"LLAMA_BACKGROUNDS": "/else"}, "/else")],
)
def test_background_sets_are_in_the_home_unless_it_is_said(
    given: dict[str, str], folder: str
) -> None:
    settings = read_settings({"LLAMA_HOME": "/somewhere", **given})

    assert settings.backgrounds_folder == Path(folder)
