"""Addresses: as set, completed by what a running `llama up` has left."""

from collections.abc import Generator
from pathlib import Path

import pytest

from llama.domain.errors import Misconfigured
from llama.runtime.addresses import (
    Addresses,
    addresses_file,
    find_addresses,
    gateway_file,
    health_of,
    write_atomically,
)
from llama.runtime.lock import hold_lock
from llama.runtime.settings import Settings

LEFT = Addresses(kafka="127.0.0.1:9", database_url="postgresql:///left")


def settings(home: Path, **given: str) -> Settings:
    return Settings.model_validate({"home": home, **given})


def leave(home: Path) -> None:
    write_atomically(addresses_file(settings(home)), LEFT.model_dump_json())


@pytest.fixture
def running(tmp_path: Path) -> Generator[None]:
    """Leave the addresses of a system that runs: it holds the lock."""
    with hold_lock(settings(tmp_path)):
        leave(tmp_path)
        yield


def test_what_a_killed_system_has_left_is_nobodys(tmp_path: Path) -> None:
    leave(tmp_path)

    with pytest.raises(Misconfigured, match="nothing runs under"):
        find_addresses(settings(tmp_path))


def test_what_is_set_needs_nothing_running(tmp_path: Path) -> None:
    own = settings(tmp_path, kafka="kafka:9092", database_url="postgresql://db/llama")

    found = find_addresses(own)

    assert found == Addresses(kafka="kafka:9092", database_url="postgresql://db/llama")


@pytest.mark.usefixtures("running")
def test_a_running_system_is_found_by_its_home(tmp_path: Path) -> None:
    assert find_addresses(settings(tmp_path)) == LEFT


@pytest.mark.usefixtures("running")
def test_what_is_set_goes_before_what_was_left(tmp_path: Path) -> None:
    found = find_addresses(settings(tmp_path, kafka="kafka:9092"))

    assert (found.kafka, found.database_url) == ("kafka:9092", LEFT.database_url)


@pytest.mark.usefixtures("running")
def test_the_gateway_is_found_where_it_has_left_its_address(tmp_path: Path) -> None:
    write_atomically(gateway_file(settings(tmp_path)), "127.0.0.1:8080\n")

    assert find_addresses(settings(tmp_path)).http == "127.0.0.1:8080"


@pytest.mark.parametrize("given", [{}, {"kafka": "kafka:9092"}, {"database_url": "postgresql:///"}])
def test_where_nothing_runs_it_says_how_to_start_it(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=r"nothing runs under .*llama up --detach.*LLAMA_KAFKA"):
        find_addresses(settings(tmp_path, **given))


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("damaged", [b"", b"{", b"{}", b"\xff"])
def test_damaged_addresses_are_refused(tmp_path: Path, damaged: bytes) -> None:
    addresses_file(settings(tmp_path)).write_bytes(damaged)

    with pytest.raises(Misconfigured, match=r"addresses\.json is damaged: run `llama down`"):
        find_addresses(settings(tmp_path))


def test_a_file_is_written_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "file"

    write_atomically(path, "one")
    write_atomically(path, "two")

    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("setting", "addresses"),
    [
        ("127.0.0.1:0", ["127.0.0.1:0", "127.0.0.1:0"]),
        ("0.0.0.0:9100", ["0.0.0.0:9100", "0.0.0.0:9101"]),
        ("off", ["off", "off"]),
    ],
)
def test_of_a_port_that_is_set_for_health_each_process_has_its_own(
    setting: str, addresses: list[str], tmp_path: Path
) -> None:
    given = settings(tmp_path, health=setting)

    assert [health_of(given, number) for number in range(2)] == addresses
