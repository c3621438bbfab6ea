"""Tasks for the runner's tests, and what they start from."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.domain.digests import WHOLE, digest_bytes
from llama.domain.handler import FileHandler, dependencies_of
from llama.domain.manifests import spec_of
from llama.domain.work import Task
from schemas.files import FileContent

PIPELINE = "tests.support.handlers_for_runner"
NOTICE, MAP = b"a notice", b"a map"
DEADLINE_S = 60.0


def a_notice(content: bytes = NOTICE) -> FileContent:
    """Return a notice with its map as an attachment."""
    digest = digest_bytes(content)
    return FileContent(
        file="notice.json",
        digest=digest,
        size=len(content),
        aspects={WHOLE: digest, "event": digest, "map": digest_bytes(MAP)},
        attached=("map",),
    )


def a_task(
    handler: type[FileHandler], *contents: FileContent, timeout_s: float = DEADLINE_S
) -> Task:
    """Return a task to run a handler on files."""
    aspects = {content.file: content.aspects for content in contents}
    inputs = {
        f"{need.handler.FILENAME}#{aspect}": aspects.get(need.handler.FILENAME, {}).get(aspect)
        for need in dependencies_of(handler)
        for aspect in need.aspects
    }
    spec = spec_of(handler).model_copy(update={"timeout_s": timeout_s})
    return Task("S1", "need", 1, spec, inputs, contents, cause="notice-1")


async def a_store(*contents: bytes) -> MemoryArtifacts:
    """Return a store with a notice, its map, and more."""
    store = MemoryArtifacts()
    for content in (NOTICE, MAP, *contents):
        await store.put(content)
    return store


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; fail after a minute."""
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended (a zombie has)."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
