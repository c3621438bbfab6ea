"""A worker that is killed while it calls people never calls them twice."""

import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.killed_caller import AFTER, BEFORE, BETWEEN, CONTENT, IN_DOUBT, SENDER, run
from tests.support.postgres import Databases
from tests.support.publication_ledger import doubts, settle
from tests.support.webhook_server import SECRET, Receiver, receiving, url_file, with_status


@pytest.fixture
async def dsn(postgres_18: Databases) -> AsyncGenerator[str]:
    async with postgres_18.fresh() as dsn:
        yield dsn


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with receiving(with_status(202)) as receiver:
        yield receiver


@pytest.fixture
def file(receiver: Receiver, tmp_path: Path) -> str:
    return url_file(tmp_path, receiver.address)


@pytest.mark.parametrize("point", BETWEEN)
async def test_between_the_entries_a_call_is_in_doubt_and_not_repeated(
    receiver: Receiver, dsn: str, file: str, point: str
) -> None:
    killed, _ = await run(dsn, file, point)
    again = [await run(dsn, file) for _ in range(2)]
    called, listed = [*receiver.bodies], await doubts(dsn)

    assert killed == -signal.SIGKILL
    assert [code for code, _ in again] == [IN_DOUBT, IN_DOUBT]
    assert b"was sent or not" in again[0][1]
    assert len(called) <= 1
    assert listed == [1]

    await settle(dsn, SENDER, sent=bool(called))
    assert (await run(dsn, file))[0] == 0
    assert receiver.bodies == [CONTENT]
    assert await doubts(dsn) == []


@pytest.mark.parametrize("point", [*BEFORE, *AFTER])
async def test_outside_of_them_nothing_is_in_doubt(
    receiver: Receiver, dsn: str, file: str, point: str
) -> None:
    killed, _ = await run(dsn, file, point)
    again = [await run(dsn, file) for _ in range(2)]

    assert killed == -signal.SIGKILL
    assert [code for code, _ in again] == [0, 0]
    assert len({said.splitlines()[-1] for _, said in again}) == 1
    assert not any(SECRET.encode() in said for _, said in again)
    assert receiver.bodies == [CONTENT]
    assert await doubts(dsn) == []
