"""A run's outcome as a fact; what it has made is kept before the fact says so."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypedDict

from llama.domain.digests import WHOLE, digest_bytes
from llama.domain.work import Task
from llama.ports.artifacts import Artifacts
from llama.ports.runner import Made, MadeFile, NotMade, RunOutcome
from schemas.facts import FileFailed, FileGenerated
from schemas.files import FileContent, InputDigests

Report = FileGenerated | FileFailed
"""What is told of a run."""
MOST_GROWTHS = 20
"""After so many, the cool-down stays as it is: larger powers would not fit a number."""


def report_of(task: Task, outcome: RunOutcome, *, ended: datetime) -> FileGenerated | FileFailed:
    """Return the fact that reports when a run ended, and how.

    It may be told once `keep` has returned.
    """
    match outcome:
        case Made():
            pairs = zip(task.handler.files, outcome.files, strict=True)
            files = tuple(_content(name, product) for name, product in pairs)
            return generated(task, outcome, files, now=ended)
        case NotMade():
            return failed(task, outcome, now=ended)


async def keep(outcomes: Iterable[RunOutcome], artifacts: Artifacts) -> None:
    """Keep what runs have made: once this returns it survives a crash of the machine."""
    made = (outcome.files for outcome in outcomes if isinstance(outcome, Made))
    await artifacts.put_all([product.content for files in made for product in files])


def generated(
    task: Task, outcome: Made, files: tuple[FileContent, ...], *, now: datetime
) -> FileGenerated:
    """Return the fact that a run made its files."""
    return FileGenerated(
        **_run(task, outcome, now),
        files=files,
        valid_until=outcome.valid_until,
    )


def failed(task: Task, outcome: NotMade, *, now: datetime) -> FileFailed:
    """Return the fact that a run made nothing, and when it is tried again."""
    final = outcome.error == "permanent" or task.failures + 1 >= task.handler.max_attempts
    return FileFailed(
        **_run(task, outcome, now),
        error=outcome.error,
        message=outcome.message[:2000],
        retry_at=None if final else now + cool_down(task),
    )


class _Run(TypedDict):
    id: str
    cause: str
    occurred_at: datetime
    event: str
    handler: str
    need: str
    attempt: int
    code: str
    inputs: InputDigests
    wall_s: float


def _run(task: Task, outcome: RunOutcome, now: datetime) -> _Run:
    """Return what is reported of every run, however it ended."""
    return {
        "id": task.result_id,
        "cause": task.cause,
        "occurred_at": now,
        "event": task.event,
        "handler": task.handler.name,
        "need": task.need,
        "attempt": task.attempt,
        "code": task.handler.code,
        "inputs": task.inputs,
        "wall_s": outcome.wall_s,
    }


def cool_down(task: Task) -> timedelta:
    """Return the pause after a failed attempt: never zero, longer with every further one."""
    spec = task.handler
    growth = spec.cool_down_factor ** min(task.failures, MOST_GROWTHS)
    return timedelta(seconds=min(spec.cool_down_s * growth, spec.longest_cool_down_s))


def _content(file: str, product: MadeFile) -> FileContent:
    digest = digest_bytes(product.content)
    return FileContent(
        file=file,
        digest=digest,
        size=len(product.content),
        aspects={WHOLE: digest, **product.aspects},
    )
