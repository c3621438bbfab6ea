"""Exports of the archive, and archives that are sent in elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from llama.client.archiving import Archiving, Counted, check
from llama.client.further_checks import LostNotices
from llama.domain.archive import CopiesWanted
from llama.domain.digests import digest_bytes
from schemas.archive import ArchivedCopy
from tests.support.memory_system import MemorySystem
from tests.support.neutrino_notices import a_neutrino_notice
from tests.support.notices import a_notice, a_retraction

FOLLOWERS = ("trigger_ingest", "projection")
STREAM = (a_notice(), b"no notice", a_notice(), a_retraction(), a_neutrino_notice())


@dataclass(slots=True)
class Box:
    """An archive in memory."""

    lines: list[ArchivedCopy] = field(default_factory=list[ArchivedCopy])
    contents: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def has(self, digest: str) -> bool:
        return digest in self.contents

    def keep(self, digest: str, content: bytes) -> None:
        assert digest not in self.contents
        self.contents[digest] = content

    def tell(self, copy: ArchivedCopy) -> None:
        self.lines.append(copy)

    def copies(self) -> Iterator[ArchivedCopy]:
        return iter(self.lines)

    def content(self, copy: ArchivedCopy) -> bytes:
        return self.contents[copy.raw]


async def a_system(*stream: bytes) -> MemorySystem:
    system = MemorySystem.of("alert -> skymap")
    for number, raw in enumerate(stream):
        await system.send(raw, name=f"{number}.json".encode())
    await system.follow(*FOLLOWERS)
    return system


async def exported(system: MemorySystem, wanted: CopiesWanted) -> tuple[Box, Counted]:
    box = Box()
    return box, await Archiving(system.models, system.artifacts).export(wanted, box)


async def test_an_export_has_each_notice_once_and_every_copy_in_order() -> None:
    system = await a_system(*STREAM)

    box, counted = await exported(system, CopiesWanted(1))

    assert [box.contents[line.raw] for line in box.lines] == list(STREAM)
    assert [line.name for line in box.lines] == [f"{number}.json" for number in range(5)]
    assert [line.is_repeat for line in box.lines] == [False, False, True, False, False]
    assert counted == check(box) == Counted(5, 4, sum(len(raw) for raw in set(STREAM)))


async def test_an_export_can_be_of_some_copies() -> None:
    system = await a_system(*STREAM)

    box, _ = await exported(system, CopiesWanted(1, reason="unsupported_format"))

    assert list(box.contents.values()) == [b"no notice"]


async def test_a_system_that_takes_an_archive_in_tells_the_same_of_it() -> None:
    box, _ = await exported(await a_system(*STREAM), CopiesWanted(1))
    second = await a_system()

    for line in box.copies():
        raw = box.content(line)
        await second.ingestion().send(raw, name=line.name, topic=line.topic, is_test=line.is_test)
    await second.follow(*FOLLOWERS)

    again, _ = await exported(second, CopiesWanted(1))
    kept = {"name", "raw", "size", "became", "event", "neutrino", "notice", "reason", "is_repeat"}
    told = [line.model_dump(include=kept) for line in again.lines]
    assert told == [line.model_dump(include=kept) for line in box.lines]


async def test_bytes_that_were_lost_are_a_problem() -> None:
    system = await a_system(a_notice(), b"no notice", b"no notice")
    del system.artifacts.contents[digest_bytes(b"no notice")]

    archiving = Archiving(system.models, system.artifacts)
    problems = [problem async for problem in LostNotices(archiving)()]

    assert [(one.check, one.subject) for one in problems] == [
        ("artifacts", digest_bytes(b"no notice"))
    ]
