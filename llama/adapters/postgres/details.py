"""Flags that changed, holds and failures: written with the other read models, and read."""

from collections.abc import Iterable, Sequence

from llama.adapters.postgres.database import Database, Session
from llama.domain.moves import Folded
from llama.domain.shown_details import (
    Details,
    ShownFailure,
    ShownFlag,
    ShownHold,
    shown_failures,
    shown_flags,
    shown_holds,
)


async def show_details(session: Session, steps: Sequence[Folded]) -> None:
    """Show what some facts changed; of several of one event, the last says what is in force."""
    last = {step.after.event: step for step in steps}
    flags = [(step.after.event, flag) for step in steps for flag in shown_flags(step)]
    holds = [(name, hold) for name, step in last.items() for hold in shown_holds(step.after)]
    failures = [(name, one) for name, step in last.items() for one in shown_failures(step.board)]
    await _show(session, "show_flag_changes", dict.fromkeys(flags))
    await session.fetch("hide_holds", list(last))
    await _show(session, "show_holds", holds)
    await session.fetch("hide_failures", list(last))
    await _show(session, "show_failures", failures)


async def details_of(database: Database, event: str) -> Details:
    """Return what is shown of an event."""
    async with database.moment("flag_changes", "holds", "failures") as session:
        flags = await session.fetch("list_flag_changes", event)
        holds = await session.fetch("list_holds", event)
        failures = await session.fetch("list_failures", event)
    return Details(
        tuple(ShownFlag(*row.values()) for row in flags),
        tuple(ShownHold(*row.values()) for row in holds),
        tuple(ShownFailure(*row.values()) for row in failures),
    )


async def _show(
    session: Session,
    statement: str,
    rows: Iterable[tuple[str, ShownFlag | ShownHold | ShownFailure]],
) -> None:
    """Write what is shown of some events; nothing is often all."""
    values = [(event, *(getattr(shown, name) for name in shown.__slots__)) for event, shown in rows]
    if values:
        await session.fetch(statement, *map(list, zip(*values, strict=True)))
