"""Makes a thousand events that are made into very many, in the tables that questions are asked of.

Making 100,000 events takes hours; what questions cost depends on rows, not on how they came.
"""

from llama.adapters.postgres import Database

TEMPLATES = 1000
"""So many events are made in earnest."""
WITHIN_S = 900.0
COLUMNS = """
select attname from pg_attribute
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum
"""
OWN = {
    "event": "'S' || lpad((substr(event, 2)::int + round * {templates})::text, 6, '0')",
    "modified_at": "modified_at - round * interval '10 seconds'",
}
"""What a copy does not share with its template."""
ROWS = """
insert into {table} ({names})
select {values} from {table}, generate_series(1, ({events} - 1) / {templates}) as round
where event ~ '^S0' and substr(event, 2)::int < {templates}
    and substr(event, 2)::int + round * {templates} < {events}
"""
MIDDLE = """
select modified_at from events order by modified_at
offset (select count(*) / 2 from events) limit 1
"""


async def copied(database: Database, events: int) -> None:
    """Have so many events in the tables, each of them like one of the templates."""
    async with database.session() as session:
        for table in ("events", "files"):
            names = [str(row["attname"]) for row in await session.run(COLUMNS, table)]
            values = [OWN.get(name, name).format(templates=TEMPLATES) for name in names]
            text = ROWS.format(
                table=table,
                names=", ".join(names),
                values=", ".join(values),
                events=events,
                templates=TEMPLATES,
            )
            await session.connection.execute(text, timeout=WITHIN_S)
            await session.connection.execute(f"vacuum analyze {table}", timeout=WITHIN_S)
