"""How fast versions of files become history, and are read again: `python -m benchmarks.history`.

Facts of many events go through versioning's own reaction: artifacts on a disk, revisions computed,
commits by git with a durable checkpoint for each batch, packs joined in the background. Only the
ledger and the log are in memory. `--kills` kills a writer as often, and checks what is left.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.git.history import GitHistory
from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.log import MemoryLog
from llama.adapters.memory.store import MemoryStore
from llama.adapters.system_clock import SystemClock
from llama.client.histories import Histories
from llama.domain.digests import WHOLE
from llama.domain.shards import shard_of
from llama.ports.message_log import Batch, Record
from llama.runtime.folding import MoveFolder
from schemas.envelope import body_of, key_of
from schemas.facts import FilePut
from schemas.files import FileContent
from schemas.topics import FACTS_TOPIC
from services.versioning.reactions import CONSUMER, Historian
from tests.support.killed_writer import kill_at_random, run, what_is_wrong
from tests.support.revisions import FactsOfRevisions

FILES = 12
START = datetime(2026, 11, 22, tzinfo=UTC)
REVISIONS_READ = 50


def main() -> int:
    """Measure; one line of JSON on stdout for each figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2, help="versions of each file")
    parser.add_argument("--kilobytes", type=int, default=20, help="the size of a file")
    parser.add_argument("--batch", type=int, default=100, help="facts between two checkpoints")
    parser.add_argument("--kills", type=int, default=0, help="kill a writer so often instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="llama-history-") as folder:
        if options.kills:
            return asyncio.run(survived(Path(folder), options.kills))
        asyncio.run(measured(Path(folder), options))
    return 0


async def measured(folder: Path, options: argparse.Namespace) -> None:
    """Write the histories of generated events, and read one."""
    artifacts, chance = DiskArtifacts(folder / "artifacts"), random.Random(1)
    facts = [
        await a_put(artifacts, f"S{event}", file, chance.randbytes(1000 * options.kilobytes))
        for _ in range(options.rounds)
        for file in range(FILES)
        for event in range(options.events)
    ]
    longest = [
        await a_put(artifacts, "S0", 0, f"{number}".encode()) for number in range(REVISIONS_READ)
    ]
    store = MemoryStore(SystemClock())
    async with GitHistory(folder / "history") as history:
        historian = Historian(MemoryLog(), history, artifacts)
        versioning = MoveFolder(CONSUMER, MemoryLedger(store), historian.react)
        begun = time.perf_counter()
        for batch in batches([*facts, *longest], options.batch):
            await versioning.handle([batch])
        spent = time.perf_counter() - begun
    written = len(facts) + len(longest)
    told = {"versions": written, "kilobytes": options.kilobytes, "batch": options.batch}
    tell("writing", told | {"wall_s": round(spent, 2), "per_s": round(written / spent)})
    await read(folder / "history")


async def read(folder: Path) -> None:
    """Read a history as commands do, each with a git of its own."""
    async with GitHistoryReader(folder) as reader:
        histories = Histories(reader, FactsOfRevisions(()), SystemClock())
        await reader.head("S0")
        begun = time.perf_counter()
        revisions = await histories.entries("S0")
        logged = time.perf_counter()
        version = await histories.version_at("S0", "file0.json", "HEAD")
        await histories.content("S0", "file0.json", version)
        shown = time.perf_counter()
    tell("log", {"revisions": len(revisions), "ms": round(1000 * (logged - begun), 1)})
    tell("show", {"versions": version.number + 1, "ms": round(1000 * (shown - logged), 1)})


async def survived(folder: Path, kills: int) -> int:
    """Kill a writer at random moments; return whether anything is lost, double or damaged."""
    moments = random.Random(1)
    begun = time.perf_counter()
    for number in range(kills):
        killed = kill_at_random(folder, moments)
        sys.stderr.write(f"{number + 1} of {kills}: {killed}\n")
    with run(folder) as last:
        last.communicate()
    wrong = await what_is_wrong(folder)
    tell("kills", {"kills": kills, "wall_s": round(time.perf_counter() - begun), "wrong": wrong})
    return 1 if wrong or last.returncode else 0


async def a_put(artifacts: DiskArtifacts, event: str, file: int, content: bytes) -> FilePut:
    """Keep a content and return the fact that it is a file's."""
    digest = await artifacts.put(content)
    name, size = f"file{file}.json", len(content)
    return FilePut(
        id=f"{event}-{file}-{digest[:12]}",
        occurred_at=START + timedelta(seconds=file),
        event=event,
        handler=f"File{file}",
        files=(FileContent(file=name, digest=digest, size=size, aspects={WHOLE: digest}),),
    )


def batches(facts: Sequence[FilePut], size: int) -> Iterator[Batch]:
    """Go through facts as a consumer reads them: partition by partition, some at a time."""
    waiting: dict[int, list[Record]] = {}
    stands: dict[int, int] = {}
    for fact in facts:
        partition = shard_of(fact.event)
        records = waiting.setdefault(partition, [])
        offset = stands.get(partition, 0) + len(records)
        value = body_of(fact)
        records.append(Record(FACTS_TOPIC.name, partition, offset, key_of(fact), value))
        if len(records) == size:
            yield _batch(partition, waiting, stands)
    for partition in list(waiting):
        yield _batch(partition, waiting, stands)


def _batch(partition: int, waiting: dict[int, list[Record]], stands: dict[int, int]) -> Batch:
    batch = Batch(
        FACTS_TOPIC.name, partition, stands.get(partition, 0), tuple(waiting.pop(partition))
    )
    stands[partition] = batch.end
    return batch


def tell(what: str, figures: Mapping[str, object]) -> None:
    """Print a line of JSON."""
    print(json.dumps({"benchmark": "history", "what": what, **figures}))


if __name__ == "__main__":
    sys.exit(main())
