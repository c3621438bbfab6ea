"""What a fact changed for its event, as those see it who follow from outside."""

from collections.abc import Iterator

from llama.domain.outlook import Outlook
from llama.domain.shown import ShownFile, shown_from
from schemas.changes import EventChange, FileChange
from schemas.facts import Fact


def consequence_of(before: Outlook, fact: Fact, after: Outlook) -> EventChange:
    """Return what changed from one outlook to the next, with the fact between them."""
    state, (event, files) = after.state, shown_from(after)
    flags = before.state.flags.as_mapping()
    return EventChange(
        event=state.event,
        sequence=state.sequence,
        fact=fact.id,
        kind=fact.kind,
        occurred_at=fact.occurred_at,
        alert_type=state.notice.alert_type.value if state.notice else None,
        retracted=state.is_retracted,
        settled=event is not None and event.settled,
        flags={name: now for name, now in state.flags.as_mapping().items() if now != flags[name]},
        files=tuple(_changed(shown_from(before)[1], files)),
    )


def _changed(before: tuple[ShownFile, ...], after: tuple[ShownFile, ...]) -> Iterator[FileChange]:
    was, now = ({file.name: file for file in files} for files in (before, after))
    for name, file in {**was, **now}.items():
        earlier = was.get(name)
        if name not in now:
            yield _file(file, was=file.status, status=None)
        elif earlier is None or _look(earlier) != _look(file):
            yield _file(file, was=earlier and earlier.status, status=file.status)


def _look(file: ShownFile) -> tuple[str, int | None, str | None]:
    """Return what counts as a change; a reason in other words does not."""
    return file.status, file.version, file.digest


def _file(file: ShownFile, *, was: str | None, status: str | None) -> FileChange:
    return FileChange(
        name=file.name,
        handler=file.handler,
        was=was,
        status=status,
        reason=file.reason if status else "the pipeline has no such file any more",
        version=file.version if status else None,
        digest=file.digest if status else None,
    )
