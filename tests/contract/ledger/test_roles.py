"""Every service may write its own tables and no other; the gateway none."""

import importlib
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from llama.adapters.postgres import (
    Database,
    PostgresLedger,
    PostgresOutbox,
    PostgresSourceBook,
    PostgresTaskQueue,
    connect,
)
from llama.adapters.postgres.table_copies import PROJECTED_TABLES
from llama.domain.errors import Misconfigured
from llama.domain.outlet import Parcel, Sender
from llama.domain.revisions import Head
from llama.domain.selection.standing import selection_of
from llama.embedded.supervisor import ROLES
from llama.ports.projections import Receipt
from schemas.facts import Source
from schemas.selections import SelectionDefined
from schemas.sources import SourceStanding
from tests.support.facts import EVENT, START, Story
from tests.support.projections import a_log, project
from tests.support.rebuilding import a_scene

LEDGER = {"offsets", "states"}
WRITES: Mapping[str, set[str]] = {
    "trigger_ingest": {"receipts", "sources", *LEDGER},
    "dependency_resolver": {"tasks", "timers", "deployments", *LEDGER},
    "handler_worker": {"tasks", "outbox"},
    "versioning": {"heads", *LEDGER},
    "projection": {*PROJECTED_TABLES, *LEDGER},
    "announcing": {"selections", *LEDGER},
    "gateway": set(),
    "stream_monitor": {"boards"},
}
PRIVILEGES = """
select distinct relname from pg_class, unnest(array['insert', 'update', 'delete']) as privilege
where relkind = 'r' and relnamespace = 'public'::regnamespace
    and has_table_privilege($1, oid, privilege)
"""


@pytest.fixture(params=sorted(ROLES))
def service(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def owner(database_dsn: str) -> AsyncGenerator[Database]:
    async with await connect(database_dsn) as database:
        yield database


async def test_a_service_may_write_its_own_tables_only(owner: Database, service: str) -> None:
    async with owner.session() as session:
        rows = await session.run(PRIVILEGES, ROLES[service])

    assert {row["relname"] for row in rows} == WRITES[service]


def test_every_table_that_a_service_owns_is_among_them(service: str) -> None:
    owned = importlib.import_module(f"services.{service}").OWNS

    assert {name for name in owned if name.isidentifier()} <= WRITES[service]


async def test_every_table_that_a_service_owns_exists(owner: Database) -> None:
    owned = [
        name
        for service in ROLES
        for name in importlib.import_module(f"services.{service}").OWNS
        if name.isidentifier()
    ]
    async with owner.session() as session:
        tables = await session.run(
            "select relname from pg_class "
            "where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )

    assert set(owned) <= {row["relname"] for row in tables}
    assert len(owned) == len(set(owned))


@pytest.mark.parametrize(
    "table", sorted({*PROJECTED_TABLES, *LEDGER, "tasks", "receipts", "pauses"})
)
async def test_the_gateway_reads_and_cannot_write(database_dsn: str, table: str) -> None:
    async with (
        await connect(database_dsn, role="llama_gateway") as database,
        database.session() as session,
    ):
        assert await session.run(f"select * from {table}") == []

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.run(f"delete from {table}")


async def test_the_projections_role_suffices_for_its_work(database_dsn: str) -> None:
    async with await connect(database_dsn, role="llama_projection") as database:
        await project(database, a_log(5).mixed(50))

        assert len(await PostgresLedger(database).positions("projection", "llama.facts")) > 0


async def test_the_resolvers_and_the_workers_roles_suffice(database_dsn: str) -> None:
    story = Story()
    story.notice()
    async with await connect(database_dsn, role="llama_resolver") as database:
        async with PostgresLedger(database).transaction("dependency_resolver") as transaction:
            await transaction.advance("llama.facts", 0, expected=0, to=2)
            await transaction.save([story.state])
            await transaction.tasks.want({EVENT: story.tasks()})
            await transaction.timers.expect(EVENT, [])
        assert await PostgresLedger(database).deployment_epoch("a" * 64) == 1

    async with await connect(database_dsn, role="llama_worker") as database:
        [leased] = await PostgresTaskQueue(database).claim(
            "w1", handlers=[("skymap", "1")], limit=9, lease=timedelta(minutes=1)
        )

        assert leased.task == story.tasks()[0]


async def test_the_workers_role_suffices_for_what_is_published(database_dsn: str) -> None:
    sender = Sender(EVENT, "Publish")
    async with await connect(database_dsn, role="llama_worker") as database:
        outbox = PostgresOutbox(database)
        async with outbox.turn(sender):
            for key in ("k1", "k2"):
                await outbox.begin(sender, Parcel("notices", key, b"{}"))
        await outbox.conclude(sender, 1, {})
        await outbox.withdraw(sender, 2)

        assert [one.state for one in await outbox.sent(sender)] == ["sent"]


@pytest.mark.parametrize("column", ["event", "handler", "number", "key", "topic", "content"])
async def test_the_worker_cannot_write_over_what_is_sent(database_dsn: str, column: str) -> None:
    async with (
        await connect(database_dsn, role="llama_worker") as database,
        database.session() as session,
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.run(f"update outbox set {column} = {column}")


async def test_versionings_role_suffices(database_dsn: str) -> None:
    async with (
        await connect(database_dsn, role="llama_versioning") as database,
        PostgresLedger(database).transaction("versioning") as transaction,
    ):
        await transaction.advance("llama.facts", 0, expected=0, to=2)
        await transaction.save([Story().state])
        await transaction.move_heads({EVENT: Head("a" * 40, 0, {})})
        heads = await transaction.heads([EVENT])

    assert heads == {EVENT: Head("a" * 40, 0, {})}


async def test_announcings_role_suffices(database_dsn: str) -> None:
    defined = SelectionDefined(id="r1", occurred_at=START, name="all", criteria="")
    async with (
        await connect(database_dsn, role="llama_announcing") as database,
        PostgresLedger(database).transaction("announcing") as transaction,
    ):
        await transaction.advance("llama.facts", 0, expected=0, to=2)
        await transaction.save([Story().state])
        assert await transaction.selections.to_change() == {}
        await transaction.selections.define(selection_of(defined))
        assert [one.name for one in await transaction.selections.hold()] == ["all"]
        await transaction.selections.remove("all")
        assert len(await transaction.states_after("", limit=9)) == 1


async def test_ingests_role_suffices(database_dsn: str) -> None:
    receipt = Receipt(Source(topic="t", partition=0, offset=1), EVENT, None, None, 0, 0)
    async with (
        await connect(database_dsn, role="llama_ingest") as database,
        PostgresLedger(database).transaction("trigger_ingest") as transaction,
    ):
        await transaction.advance("igwn.gwalert", 0, expected=0, to=2)
        await transaction.give_receipts([receipt])
        await transaction.give_receipts([receipt])
        book = PostgresSourceBook(database)
        await book.keep(
            SourceStanding(source="kafka://a", began_at=datetime(2026, 1, 1, tzinfo=UTC))
        )


async def test_a_rebuild_leaves_the_roles_what_they_may(database_dsn: str) -> None:
    async with a_scene(database_dsn) as scene:
        await scene.generations.begin(1)
        await scene.generations.switch()

        async with scene.database.session() as session:
            rows = await session.run(PRIVILEGES, "llama_projection")
            readable = await session.run(
                "select 1 where has_table_privilege('llama_gateway', 'events', 'select')"
            )

    assert {row["relname"] for row in rows} == WRITES["projection"]
    assert len(readable) == 1


async def test_a_role_that_does_not_exist_is_refused(database_dsn: str) -> None:
    with pytest.raises(Misconfigured, match="llama_nobody"):
        await connect(database_dsn, role="llama_nobody")
