"""The embedded PostgreSQL as a process: start, stop, leftovers, long paths."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from llama.domain.errors import Misconfigured, Unavailable
from llama.embedded.postgres import EmbeddedPostgres
from llama.embedded.postgres_account import account_to_run_as
from llama.embedded.postgres_folders import LONGEST_SOCKET_PATH, SOCKET_NAME, socket_folder
from llama.embedded.postgres_leftovers import PID_FILE, is_server_of, read_pid_file
from tests.support.postgres import FAST, reachable_folder

REPOSITORY = Path(__file__).parents[3]
SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from llama.embedded.postgres import EmbeddedPostgres

async def run():
    server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
    await server.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(run())
"""


@pytest.fixture
def data() -> Generator[Path]:
    """Name a data folder that does not exist yet."""
    with reachable_folder() as folder:
        yield folder / "data"


def a_server(data: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, settings=FAST)


async def ask(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_new_folder_becomes_a_database(data: Path) -> None:
    async with a_server(data) as dsn:
        assert await ask(dsn, "select current_database()") == "llama"
        assert await ask(dsn, "show server_encoding") == "UTF8"
        assert await ask(dsn, "select datcollate from pg_database limit 1") == "C"
        assert await ask(dsn, "show listen_addresses") == ""


async def test_what_was_committed_is_there_after_a_restart(data: Path) -> None:
    async with a_server(data) as dsn:
        await ask(dsn, "create table kept (n integer)")
    async with a_server(data) as dsn:
        found = await ask(dsn, "select count(*) from kept")

    assert found == 0


async def test_by_default_a_power_cut_loses_nothing(data: Path) -> None:
    async with EmbeddedPostgres(data) as dsn:
        assert await ask(dsn, "show fsync") == "on"
        assert await ask(dsn, "show synchronous_commit") == "on"
        assert await ask(dsn, "show full_page_writes") == "on"


async def test_stopping_ends_the_process_and_open_sessions(data: Path) -> None:
    server = a_server(data)
    await server.start()
    pid = server.pid
    connection = await asyncpg.connect(server.dsn)

    await server.stop()

    assert (server.is_running, server.pid) == (False, None)
    assert pid is not None
    assert not is_server_of(data, pid)
    connection.terminate()


async def test_stopping_twice_is_stopping_once(data: Path) -> None:
    server = a_server(data)
    await server.start()

    await server.stop()
    await server.stop()

    assert not server.is_running


async def test_nobody_but_the_owner_gets_in(data: Path) -> None:
    server = a_server(data)
    async with server:
        modes = [path.stat().st_mode & 0o077 for path in (data, data / SOCKET_NAME)]

    assert modes == [0, 0]


async def test_one_folder_has_one_supervisor(data: Path) -> None:
    async with a_server(data) as dsn:
        with pytest.raises(Misconfigured, match="another process runs PostgreSQL on"):
            await a_server(data).start()

        assert await ask(dsn, "select 1") == 1


async def test_a_server_left_by_a_killed_supervisor_is_replaced(data: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SUPERVISOR, str(data)), stdout=subprocess.PIPE, cwd=REPOSITORY
    )
    assert supervisor.stdout is not None
    assert await asyncio.wait_for(supervisor.stdout.readline(), 60) == b"ready\n"
    supervisor.kill()
    await supervisor.wait()
    left = read_pid_file(data)
    assert left is not None
    assert is_server_of(data, left.pid)

    async with a_server(data) as dsn:
        assert await ask(dsn, "select 1") == 1
        assert not is_server_of(data, left.pid)


async def test_a_server_that_was_killed_comes_back(data: Path) -> None:
    server = a_server(data)
    await server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await server.stop()

    async with a_server(data) as dsn:
        assert await ask(dsn, "select 1") == 1


@contextmanager
def a_bystander() -> Generator[int]:
    """Run a process of PostgreSQL's own user that is no PostgreSQL."""
    account = account_to_run_as()
    user = account.uid if account else None
    with subprocess.Popen(["sleep", "300"], user=user, cwd="/") as process:
        try:
            yield process.pid
        finally:
            process.kill()


async def test_a_lock_file_that_names_another_process_is_dropped(data: Path) -> None:
    """After a restart of a container the old number belongs to somebody else."""
    async with a_server(data):
        pass

    with a_bystander() as pid:
        for name in (PID_FILE, f"{SOCKET_NAME}.lock"):
            (data / name).write_text(f"{pid}\n{data}\n")
        async with a_server(data) as dsn:
            assert await ask(dsn, "select 1") == 1
        os.kill(pid, 0)


@pytest.mark.parametrize("name", ['with "quotes" and spaces', "with, a comma", "grüße"])
async def test_a_path_may_have_odd_signs(data: Path, name: str) -> None:
    odd = data.with_name(name)

    async with a_server(odd) as dsn:
        assert await ask(dsn, "show data_directory") == str(odd)

    if socket_folder(odd) != odd:
        socket_folder(odd).rmdir()


async def test_a_path_too_long_for_a_socket_gets_a_short_one(data: Path) -> None:
    long = data / ("x" * 110)

    async with a_server(long) as dsn:
        assert await ask(dsn, "show data_directory") == str(long)
        folder = socket_folder(long)
        assert folder != long
        assert len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        assert folder.stat().st_mode & 0o777 == 0o700

    folder.rmdir()


async def test_a_socket_folder_made_by_somebody_else_is_refused(data: Path) -> None:
    long = data / ("x" * 120)
    folder = socket_folder(long.resolve())
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)

    try:
        with pytest.raises(Misconfigured, match="is not PostgreSQL's own"):
            await a_server(long).start()
    finally:
        folder.rmdir()


async def test_a_folder_with_something_else_in_it_is_refused(data: Path) -> None:
    data.mkdir()
    (data / "thesis.tex").touch()

    with pytest.raises(Misconfigured, match="neither empty nor the data of a PostgreSQL"):
        await a_server(data).start()

    assert [path.name for path in data.iterdir()] == ["thesis.tex"]


async def test_a_half_made_data_folder_is_made_anew(data: Path) -> None:
    draft = data.with_name(f"{data.name}.new")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")

    async with a_server(data) as dsn:
        assert await ask(dsn, "select 1") == 1

    assert not draft.exists()


async def test_a_server_that_does_not_start_says_why(data: Path) -> None:
    server = EmbeddedPostgres(data, settings={**FAST, "shared_buffers": "none at all"})

    with pytest.raises(Unavailable, match='invalid value for parameter "shared_buffers"'):
        await server.start()

    async with a_server(data) as dsn:
        assert await ask(dsn, "select 1") == 1
