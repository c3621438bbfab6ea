"""What subscribers are told of a fact, once it is known what it amounts to.

It follows from the fact and the states around it alone: whoever announces the same facts again
tells the same, under the same ids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from llama.domain.changes import describe
from llama.domain.digests import digest_json
from llama.domain.labels import most_probable
from llama.domain.position import Position
from llama.domain.resolve import obsoleted_in
from llama.domain.shown import Standing, is_settled, standing
from llama.domain.states import Outcome
from llama.domain.work import Step
from schemas.base import why_test
from schemas.facts import (
    FileDeleted,
    FileExpired,
    FileGenerated,
    FileObsoleted,
    FilePut,
    TriggerReceived,
)
from schemas.files import FileContent
from schemas.public import (
    EventAnnouncement,
    EventBegan,
    EventChanged,
    EventRetracted,
    FileAnnouncement,
    FileBecameObsolete,
    FileMade,
    FileRemoved,
    NoticeReceived,
    RevisionMade,
)
from schemas.reports import RevisionCommitted

EXPIRED = "its content was valid for a time, which is over"
"""Why a file is obsolete of which no input has changed."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the gateway has what is told of."""

    gateway: str = ""
    """Its address as subscribers see it, such as https://llama.example.org; or nothing."""

    def event(self, event: str) -> str:
        """Return where an event's status is."""
        return f"{self.gateway}/events/{event}"

    def content(self, event: str, content: FileContent) -> str:
        """Return where a file's bytes are: always these, whatever comes later."""
        return f"{self.event(event)}/files/{content.file}?digest={content.digest}"

    def repository(self, event: str) -> str:
        """Return what git clones."""
        return f"{self.gateway}/{event}.git"


def told_of_files(step: Step, addresses: Addresses) -> Iterator[FileAnnouncement]:
    """Go through what a fact did to the event's files: first what it brought or took."""
    if step.after.outcome is not Outcome.APPLIED:
        return
    match step.fact:
        case FileGenerated() | TriggerReceived() | FilePut():
            for content in step.fact.files:
                yield _made(step, content, addresses)
        case FileDeleted():
            yield from _removed(step, step.fact)
        case FileExpired():
            yield from _expired(step, step.fact)
        case _:
            pass
    for fact in obsoleted_in(step.outlook, cause=step.fact.id):
        yield _obsolete(step, fact)


def told_of_event(step: Step, addresses: Addresses) -> Iterator[EventAnnouncement]:
    """Go through what a fact did to the event as a whole."""
    fact, before, after = step.fact, step.before, step.after
    if before.sequence == 0:
        yield EventBegan(
            **heading(step, EventBegan.__name__),
            is_test=why_test(fact.event) is not None,
            url=addresses.event(fact.event),
        )
    if isinstance(fact, TriggerReceived) and after.outcome is not Outcome.REDUNDANT:
        yield _notice(step, fact)
    if after.notice is not None and after.is_retracted and not before.is_retracted:
        yield EventRetracted(**heading(step, EventRetracted.__name__), notice=after.notice.identity)
    if after.outcome is Outcome.APPLIED:
        yield from _changed(step)


def told_of_revision(revision: RevisionCommitted, addresses: Addresses) -> RevisionMade:
    """Return what is told of a revision of an event's history."""
    return RevisionMade(
        id=announcement_id(revision.id, RevisionMade.__name__),
        cause=revision.cause,
        occurred_at=revision.occurred_at,
        event=revision.event,
        commit=revision.commit,
        number=revision.number,
        url=addresses.repository(revision.event),
    )


def standing_of(step: Step) -> Standing:
    """Say in a word or two how an event stands after a fact."""
    return _standing(step, is_settled=is_settled(step.outlook))


def _standing(step: Step, *, is_settled: bool) -> Standing:
    state = step.after
    return standing(
        is_retracted=state.is_retracted,
        is_settled=is_settled,
        has_notice=state.notice is not None,
    )


class _Heading(TypedDict):
    id: str
    cause: str
    occurred_at: datetime
    event: str
    sequence: int
    position: str


def heading(step: Step, what: str, *which: str) -> _Heading:
    """Return what is told of a fact in every message about it; `what`, `which` tell them apart."""
    fact = step.fact
    return {
        "id": announcement_id(fact.id, what, *which),
        "cause": fact.id,
        "occurred_at": fact.occurred_at,
        "event": fact.event,
        "sequence": step.after.sequence,
        "position": str(Position().behind(step.partition, step.offset)),
    }


def changed_statuses(step: Step) -> dict[str, str | None]:
    """Return the files that have another status after a fact; None for what is gone for good."""
    files: dict[str, str | None] = {}
    for one in step.outlook.reassessed.values():
        was, now = one.was, one.now
        if now is not None and (was is None or was.status is not now.status):
            files.update(dict.fromkeys(now.handler.files, now.status.value))
        elif now is None and was is not None:
            files = {**dict.fromkeys(was.handler.files), **files}
    return files


def changed_flags(step: Step) -> dict[str, bool | str]:
    """Return the flags that have another value after a fact."""
    if step.before.flags is step.after.flags:
        return {}
    was, now = step.before.flags.as_mapping(), step.after.flags.as_mapping()
    return {name: value for name, value in now.items() if value != was[name]}


def is_changed(step: Step) -> bool:
    """Tell whether a fact changed how the event stands: its files, its flags or its notice."""
    is_other_notice = step.before.notice is not step.after.notice
    return is_other_notice or bool(changed_statuses(step)) or bool(changed_flags(step))


def announcement_id(*occasion: str) -> str:
    """Return the id of what is told on an occasion: the fact, what is told, and of which."""
    return digest_json(occasion)[:32]


def _made(step: Step, content: FileContent, addresses: Addresses) -> FileMade:
    fact, file = step.fact, content.file
    maker = step.outlook.wiring.makers.get(file)
    is_run, is_put = isinstance(fact, FileGenerated), isinstance(fact, FilePut)
    return FileMade(
        **heading(step, FileMade.__name__, file),
        file=file,
        handler=maker.name if maker else None,
        source="run" if is_run else "hand" if is_put else "notice",
        version=step.after.files[file].version,
        digest=content.digest,
        size=content.size,
        url=addresses.content(fact.event, content),
        valid_until=fact.valid_until if isinstance(fact, FileGenerated) else None,
    )


def _removed(step: Step, fact: FileDeleted) -> Iterator[FileRemoved]:
    spec = step.outlook.wiring.by_name.get(fact.handler)
    for file in spec.files if spec else ():
        stored = step.before.tree_file(file)
        if stored is not None:
            yield FileRemoved(
                **heading(step, FileRemoved.__name__, file),
                file=file,
                handler=fact.handler,
                version=stored.version,
                digest=stored.content.digest,
            )


def _expired(step: Step, fact: FileExpired) -> Iterator[FileBecameObsolete]:
    spec = step.outlook.wiring.by_name.get(fact.handler)
    for file in spec.files if spec else ():
        yield FileBecameObsolete(
            **heading(step, FileBecameObsolete.__name__, file),
            **_outdated(step, file),
            handler=fact.handler,
            generation=fact.generation,
            because=(),
            reason=EXPIRED,
        )


def _obsolete(step: Step, fact: FileObsoleted) -> FileBecameObsolete:
    told = heading(step, FileBecameObsolete.__name__)
    told["id"] = fact.id  # that of the fact by which the resolver says the same
    return FileBecameObsolete(
        **told,
        **_outdated(step, fact.file),
        handler=fact.handler,
        generation=fact.generation,
        because=fact.because,
        reason="; ".join(describe(change) for change in fact.because),
    )


class _Outdated(TypedDict):
    file: str
    version: int | None
    digest: str | None
    cause_kind: str


def _outdated(step: Step, file: str) -> _Outdated:
    stored = step.after.files.get(file)
    return {
        "file": file,
        "version": stored.version if stored else None,
        "digest": stored.content.digest if stored else None,
        "cause_kind": step.fact.kind,
    }


def _notice(step: Step, fact: TriggerReceived) -> NoticeReceived:
    return NoticeReceived(
        **heading(step, NoticeReceived.__name__),
        notice=fact.notice,
        alert_type=fact.alert_type,
        time_created=fact.time_created,
        newest=step.after.current_notice == fact.notice,
        event_time=fact.event_time,
        significant=fact.significant,
        far=fact.far,
        classification=most_probable(fact.classification or {}),
        is_test=fact.is_test,
    )


def _changed(step: Step) -> Iterator[EventChanged]:
    if not is_changed(step):
        return
    after, settled = step.after, is_settled(step.outlook)
    yield EventChanged(
        **heading(step, EventChanged.__name__),
        cause_kind=step.fact.kind,
        standing=_standing(step, is_settled=settled),
        alert_type=after.notice.alert_type if after.notice else None,
        retracted=after.is_retracted,
        settled=settled,
        flags=changed_flags(step),
        files=changed_statuses(step),
    )
