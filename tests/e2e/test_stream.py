"""The stream of 2023-04-25, nineteen real mock notices of ten superevents, through everything."""

import random
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.system import State, System, running, running_on

VICTIMS = (
    "trigger_ingest",
    "dependency_resolver",
    "handler_worker",
    "versioning",
    "projection",
    "announcing",
    "gateway",
)


def test_all_events_are_there_and_done(one_by_one: dict[str, State]) -> None:
    assert len(one_by_one) == 10
    assert {name for name, state in one_by_one.items() if not state["retracted"]} == {
        "MS230425j",
        "MS230425k",
        "MS230425l",
        "MS230425o",
        "MS230425p",
    }
    files = one_by_one["MS230425k"]["files"]
    assert [name for name in files if files[name][0] != "current"] == ["external_overlap.json"]


def test_shuffled_and_each_twice_gives_the_same_state(
    stream: list[Path], one_by_one: dict[str, State], tmp_path: Path
) -> None:
    order = stream * 2
    random.Random(20230425).shuffle(order)

    # On the embedded broker test_observatories and test_orders mix and repeat notices.
    with running_on("apache", tmp_path / "home") as system:
        receipts = system.ingest(*order)

        assert system.state() == one_by_one
        assert len(receipts) == 2 * len(stream)
        system.run("verify")


@pytest.mark.parametrize("server", ["embedded", "apache"])
def test_every_process_may_be_killed_in_the_middle(
    server: str, stream: list[Path], one_by_one: dict[str, State], tmp_path: Path
) -> None:
    victims = VICTIMS if server == "apache" else (*VICTIMS, "broker")
    with running_on(server, tmp_path / "home", "--separate") as system:
        for path, victim in zip(stream, victims, strict=False):
            system.run("ingest", path)
            system.kill(victim)
        system.run("ingest", *stream[len(victims) :])
        _settle_all(system, stream)

        assert system.state() == one_by_one
        system.run("verify")


def _settle_all(system: System, stream: list[Path]) -> None:
    """Send one known notice of every event once more: a repeat changes nothing, and waits."""
    by_event = {path.name.partition("-")[0]: path for path in stream}
    system.ingest(*by_event.values())


def test_the_whole_system_may_be_killed_and_started_again(
    stream: list[Path], one_by_one: dict[str, State], tmp_path: Path
) -> None:
    system = System(tmp_path / "home")
    system.run("up", "--detach")
    system.run("ingest", *stream)
    for process in system.processes():
        # With its parent killed, one may have ended by itself.
        with suppress(psutil.NoSuchProcess):
            if process.name() != "postgres":
                process.kill()

    with running(tmp_path / "home"):
        _settle_all(system, stream)

        assert system.state() == one_by_one
        system.run("verify")
