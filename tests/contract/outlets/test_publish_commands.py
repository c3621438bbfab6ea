"""`llama publish`: what is in doubt is listed with what was heard, and settled by a person."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from llama.adapters.postgres import PostgresOutbox, connect
from llama.cli.app import app
from llama.domain.outlet import Parcel, Sender

SENDER = Sender("S230914ak", "RaiseAlarm")
HEARD = "the receiver answered 500"
CONFIRM = ("confirm", SENDER.event, SENDER.handler, "1", "--reason", "I asked them")


@pytest.fixture
def doubtful(database_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a system with one sending that is in doubt."""
    monkeypatch.setenv("LLAMA_DATABASE_URL", database_dsn)
    monkeypatch.setenv("LLAMA_KAFKA", "127.0.0.1:9")

    async def doubt() -> None:
        async with await connect(database_dsn) as database:
            outbox = PostgresOutbox(database)
            await outbox.begin(SENDER, Parcel("alarm", "raised-1", b"{}"))
            await outbox.doubt(SENDER, 1, HEARD)

    asyncio.run(doubt())


def publish(*words: str) -> Result:
    return CliRunner().invoke(app, ("publish", *words))


@pytest.mark.usefixtures("doubtful")
def test_what_was_heard_is_listed() -> None:
    table = publish("ls", "--in-doubt").stdout
    [entry] = json.loads(publish("ls", "--in-doubt", "--json").stdout)

    assert HEARD in table
    assert (entry["state"], entry["heard"]) == ("in_doubt", HEARD)


@pytest.mark.usefixtures("doubtful")
def test_what_a_person_found_out_is_kept_beside_it() -> None:
    assert publish(*CONFIRM, "--sent").exit_code == 0
    [entry] = json.loads(publish("ls", "--json").stdout)

    assert entry["answer"] == {"heard": HEARD, "confirmed": "I asked them"}
    assert publish(*CONFIRM, "--sent").exit_code == 1


@pytest.mark.usefixtures("doubtful")
def test_what_was_not_sent_is_taken_back() -> None:
    assert publish(*CONFIRM, "--not-sent").exit_code == 0

    assert json.loads(publish("ls", "--json").stdout) == []
