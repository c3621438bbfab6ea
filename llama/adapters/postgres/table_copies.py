"""SQL that makes an empty copy of a table elsewhere, with every name as it is; and hashes one.

Names are our own constants; nothing here comes from outside.
"""

from collections.abc import Sequence

from llama.adapters.postgres.database import Session

LIVE = "public"
BUILT = "rebuilding"
"""The schema in which the next generation is built."""
PROJECTED_TABLES = (
    "facts",
    "events",
    "event_spans",
    "files",
    "file_versions",
    "flag_changes",
    "holds",
    "failures",
    "revisions",
    "dead_letters",
    "neutrinos",
    "external_triggers",
    "notice_copies",
    "source_gaps",
)
"""What the projection writes, but for its states and offsets."""

_COPY = f"""
do $copy$
declare made record;
begin
    create table {BUILT}.%(table)s (like {LIVE}.%(table)s including all excluding indexes);
    for made in
        select format(
            'alter table {BUILT}.%(table)s add constraint %%I %%s', conname,
            pg_get_constraintdef(oid)
        ) as statement
        from pg_constraint
        where conrelid = '{LIVE}.%(table)s'::regclass and contype in ('p', 'u')
        union all
        select replace(pg_get_indexdef(indexrelid), ' ON {LIVE}.', ' ON {BUILT}.')
        from pg_index
        where indrelid = '{LIVE}.%(table)s'::regclass
            and not exists (select 1 from pg_constraint where conindid = indexrelid)
        union all
        select format('comment on table {BUILT}.%(table)s is %%L', obj_description(oid))
        from pg_class where oid = '{LIVE}.%(table)s'::regclass
        union all
        select format(
            'grant %%s on {BUILT}.%(table)s to %%I', privilege_type, grantee::regrole::text
        )
        from pg_class, aclexplode(relacl)
        where oid = '{LIVE}.%(table)s'::regclass and grantee not in (0, relowner)
    loop
        execute made.statement;
    end loop;
end
$copy$
"""  # noqa: S608 - constants
_HASH = """
select count(*) as rows, coalesce(sum(high), 0)::text || ':' || coalesce(sum(low), 0)::text as sums
from (
    select
        ('x' || substr(digest, 1, 16))::bit(64)::bigint::numeric as high,
        ('x' || substr(digest, 17, 16))::bit(64)::bigint::numeric as low
    from (
        select encode(sha256(convert_to(row(%(columns)s)::text, 'UTF8')), 'hex') as digest
        from %(schema)s.%(table)s %(condition)s
    ) as digests
) as halves
"""


async def copy_tables(session: Session) -> None:
    """Make the schema for the next generation anew, with empty tables."""
    await session.connection.execute(f"drop schema if exists {BUILT} cascade")
    await session.connection.execute(f"create schema {BUILT}")
    for table in PROJECTED_TABLES:
        await session.connection.execute(_COPY % {"table": table})


async def move_tables(session: Session) -> None:
    """Drop the live tables and put those of the next generation in their place."""
    for table in PROJECTED_TABLES:
        await session.connection.execute(f"drop table {LIVE}.{table}")
        await session.connection.execute(f"alter table {BUILT}.{table} set schema {LIVE}")
    await session.connection.execute(f"drop schema {BUILT}")


async def drop_tables(session: Session) -> None:
    """Drop the tables of the next generation."""
    await session.connection.execute(f"drop schema if exists {BUILT} cascade")


def hash_query(schema: str, table: str, columns: Sequence[str], condition: str = "") -> str:
    """Return the query for the number of rows of a table, and a hash of all of them.

    The sum of the rows' own hashes: it takes no memory, and no order of the rows.
    """
    quoted = ", ".join(f'"{name}"' for name in columns)
    return _HASH % {"schema": schema, "table": table, "columns": quoted, "condition": condition}
