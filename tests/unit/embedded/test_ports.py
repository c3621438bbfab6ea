"""The broker's port: the same at every start, unless somebody else has taken it."""

import socket
from pathlib import Path

import pytest

from llama.embedded.ports import same_port


def test_the_next_start_takes_the_same_port(tmp_path: Path) -> None:
    first = same_port(tmp_path / "broker" / "port")

    assert same_port(tmp_path / "broker" / "port") == first


def test_a_port_that_somebody_else_has_is_given_up_for_good(tmp_path: Path) -> None:
    first = same_port(tmp_path / "port")

    with socket.create_server(("127.0.0.1", first)):
        second = same_port(tmp_path / "port")

    assert second != first
    assert same_port(tmp_path / "port") == second


def test_what_a_closed_connection_leaves_behind_does_not_count(tmp_path: Path) -> None:
    first = same_port(tmp_path / "port")
    with (
        socket.create_server(("127.0.0.1", first)) as server,
        socket.create_connection(("127.0.0.1", first)) as client,
    ):
        accepted, _ = server.accept()
        accepted.close()  # whoever closes first keeps the address for a minute
        client.recv(1)

    assert same_port(tmp_path / "port") == first


@pytest.mark.parametrize("text", ["", "here", "0", "65536", "-1", "9" * 5000, "٣"])
def test_what_is_no_port_is_replaced(text: str, tmp_path: Path) -> None:
    (tmp_path / "port").write_text(text)

    port = same_port(tmp_path / "port")

    assert (tmp_path / "port").read_text() == f"{port}\n"
    assert 0 < port < 65536
