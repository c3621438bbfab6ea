"""The stream of 2023-04-25, nineteen real mock notices of ten superevents, through everything."""

import random
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.system import State, System, notices_of, running, running_on

on_both_servers = pytest.mark.parametrize("server", ["embedded", "apache"])
VICTIMS = (
    "trigger_ingest",
    "dependency_resolver",
    "handler_worker",
    "versioning",
    "projection",
    "announcing",
    "gateway",
)


@pytest.fixture(scope="module")
def stream(shared_data: Path) -> list[Path]:
    return notices_of(shared_data / "gw" / "alerts" / "stream-2023-04-25")


@pytest.fixture(scope="module")
def in_order(stream: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, State]:
    """Return the state after the stream as it was sent, one notice after the other."""
    with running(tmp_path_factory.mktemp("order")) as system:
        system.ingest(*stream)
        system.run("verify")
        return system.state()


def test_all_events_are_there_and_done(in_order: dict[str, State]) -> None:
    assert len(in_order) == 10
    assert {name for name, state in in_order.items() if not state["retracted"]} == {
        "MS230425j",
        "MS230425k",
        "MS230425l",
        "MS230425o",
        "MS230425p",
    }
    files = in_order["MS230425k"]["files"]
    assert [name for name in files if files[name][0] != "current"] == ["external_overlap.json"]


@on_both_servers
def test_shuffled_and_each_twice_gives_the_same_state(
    server: str, stream: list[Path], in_order: dict[str, State], tmp_path: Path
) -> None:
    order = stream * 2
    random.Random(20230425).shuffle(order)

    with running_on(server, tmp_path / "home") as system:
        receipts = system.ingest(*order)

        assert system.state() == in_order
        assert len(receipts) == 2 * len(stream)
        system.run("verify")


@on_both_servers
def test_every_process_may_be_killed_in_the_middle(
    server: str, stream: list[Path], in_order: dict[str, State], tmp_path: Path
) -> None:
    victims = VICTIMS if server == "apache" else (*VICTIMS, "broker")
    with running_on(server, tmp_path / "home", "--separate") as system:
        for path, victim in zip(stream, victims, strict=False):
            system.run("ingest", path)
            system.kill(victim)
        system.run("ingest", *stream[len(victims) :])
        _settle_all(system, stream)

        assert system.state() == in_order
        system.run("verify")


def _settle_all(system: System, stream: list[Path]) -> None:
    """Send one known notice of every event once more: a repeat changes nothing, and waits."""
    by_event = {path.name.partition("-")[0]: path for path in stream}
    system.ingest(*by_event.values())


def test_the_whole_system_may_be_killed_and_started_again(
    stream: list[Path], in_order: dict[str, State], tmp_path: Path
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

        assert system.state() == in_order
        system.run("verify")
