"""Brings a database to the newest schema: numbered migrations, forward only, each once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from llama.adapters.postgres.failures import translated
from llama.adapters.postgres.listening import CONNECT_TIMEOUT_S
from llama.domain.digests import Digest, digest_bytes
from llama.domain.errors import Misconfigured
from llama.domain.fold_version import FOLD_VERSION

MIGRATION_TIMEOUT_S = 600.0
"""An index over every fact of an observing run is built in minutes."""
_FILE_NAME = re.compile(r"(?P<number>[0-9]{4})_(?P<name>[a-z0-9_]+)\.sql")
_LOCK = "select pg_advisory_lock(hashtext('llama migrations'))"
_UNLOCK = "select pg_advisory_unlock(hashtext('llama migrations'))"
_REGISTER = """
create table if not exists migrations (
    number integer primary key,
    name text not null,
    digest text not null,
    applied_at timestamptz not null default now()
)
"""

_HAS_GENERATIONS = "select to_regclass('generations') is not null"
_BEGIN_WITH_OUR_FOLD = """
update generations set fold_version = $1 where is_live and not exists (select from facts)
"""
"""Tables in which nothing was shown yet are those of whichever fold comes first."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; once it is published its text never changes."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> Digest:
        """The digest of the text."""
        return digest_bytes(self.sql.encode())


def load_migrations() -> tuple[Migration, ...]:
    """Return the migrations of the package in order; ValueError if a number is missing."""
    found: list[Migration] = []
    for file in (files("llama.adapters.postgres") / "migrations").iterdir():
        parts = _FILE_NAME.fullmatch(file.name)
        if parts is None:
            raise ValueError(f"{file.name} is no name for a migration: call it 0001_words.sql")
        found.append(Migration(int(parts["number"]), parts["name"], file.read_text()))
    ordered = tuple(sorted(found, key=lambda migration: migration.number))
    if [migration.number for migration in ordered] != list(range(1, len(ordered) + 1)):
        raise ValueError("the migrations are not numbered 1, 2, 3, ...: renumber the newest")
    return ordered


async def migrate(dsn: str, *, migrations: Sequence[Migration] | None = None) -> Sequence[int]:
    """Apply the migrations that a database lacks; return their numbers.

    Several processes may call this at once: one works, the others wait and find nothing to do.
    Misconfigured if an applied migration has since been edited, or is not known to this release.
    """
    wanted = load_migrations() if migrations is None else migrations
    with translated():
        connection = await asyncpg.connect(
            dsn,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=MIGRATION_TIMEOUT_S,
            server_settings={"client_min_messages": "warning"},
        )
        try:
            await connection.execute(_LOCK)
            applied = await _migrate(connection, wanted)
            await connection.execute(_UNLOCK)
        finally:
            # Closing lets go of the lock, too.
            await connection.close(timeout=CONNECT_TIMEOUT_S)
    return applied


async def _migrate(
    connection: "asyncpg.Connection[asyncpg.Record]", wanted: Sequence[Migration]
) -> list[int]:
    await connection.execute(_REGISTER)
    rows = await connection.fetch("select number, name, digest from migrations order by number")
    known: dict[int, str] = {row["number"]: row["digest"] for row in rows}
    _refuse_strangers(known, wanted)
    missing = [migration for migration in wanted if migration.number not in known]
    for migration in missing:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into migrations (number, name, digest) values ($1, $2, $3)",
                *(migration.number, migration.name, migration.digest),
            )
    if missing and await connection.fetchval(_HAS_GENERATIONS):
        await connection.execute(_BEGIN_WITH_OUR_FOLD, FOLD_VERSION)
    return [migration.number for migration in missing]


def _refuse_strangers(known: Mapping[int, str], wanted: Sequence[Migration]) -> None:
    ours = {migration.number: migration for migration in wanted}
    for number, digest in known.items():
        if number not in ours:
            raise Misconfigured(
                f"the database has migration {number}, which this release does not know: "
                "upgrade the release, or use another database"
            )
        if ours[number].digest != digest:
            raise Misconfigured(
                f"migration {number} ({ours[number].name}) was edited after it was applied: "
                "restore its text and write the change as a new migration"
            )
