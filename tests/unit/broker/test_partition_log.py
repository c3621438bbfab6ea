"""One partition on disk: reading, recovery, compaction, and what crashes leave behind."""

from __future__ import annotations

from pathlib import Path

from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from llama.embedded.broker.compaction import compact, is_due
from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.log import PartitionLog
from llama.embedded.broker.recovery import install_swap
from llama.embedded.broker.topic_config import parse_config

LATE_MS = 10**12


def a_batch(
    *records: tuple[str, str | None], time_ms: int = 1, producer: int = -1, sequence: int = -1
) -> bytes:
    epoch = 0 if producer >= 0 else -1
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=producer,
        producer_epoch=epoch,
        base_sequence=sequence,
        batch_size=1 << 20,
    )
    for position, (key, value) in enumerate(records):
        content = None if value is None else value.encode()
        builder.append(position, time_ms, key.encode(), content, [])
    return bytes(builder.build())


def a_log(folder: Path, **config: str) -> PartitionLog:
    named = {name.replace("_", "."): value for name, value in config.items()}
    return PartitionLog(folder / "log", parse_config(named), now_ms=lambda: LATE_MS)


def contents(log: PartitionLog, offset: int = 0) -> list[tuple[int, str, str | None]]:
    """All records from an offset on, one batch at a time."""
    found: list[tuple[int, str, str | None]] = []
    while data := log.read(offset, 1):
        for record in DefaultRecordBatch(data):
            value = None if record.value is None else record.value.decode()
            found.append((record.offset, (record.key or b"").decode(), value))
        offset = found[-1][0] + 1
    return found


def test_reads_across_segments(tmp_path: Path):
    log = a_log(tmp_path)
    for number in range(6):
        log.append(a_batch(("k", str(number))))
        if number % 2:
            log.roll()

    assert [offset for offset, _, _ in contents(log, 1)] == [1, 2, 3, 4, 5]
    assert len(log.segments) == 4


def test_gives_no_more_than_asked_for_but_one_batch_always(tmp_path: Path):
    log = a_log(tmp_path)
    batch = a_batch(("k", "x" * 20_000))
    for _ in range(10):
        log.append(batch)

    assert len(log.read(0, 1)) == len(batch)
    assert len(batch) <= len(log.read(0, 5 * len(batch))) <= 5 * len(batch)
    assert len(log.read(0, 10**9)) == 10 * len(batch)


def test_an_empty_partition_leaves_no_trace_on_disk(tmp_path: Path):
    log = a_log(tmp_path)

    assert log.read(0, 100) == b""
    assert not log.folder.exists()


def test_opens_where_it_was_closed(tmp_path: Path):
    log = a_log(tmp_path)
    log.append(a_batch(("a", "1"), ("b", "2")))
    log.roll()
    log.close()

    again = a_log(tmp_path)

    assert again.end_offset == 2
    assert again.append(a_batch(("c", "3"))) == (ErrorCode.NONE, 2)


def test_finds_a_time_in_any_segment(tmp_path: Path):
    log = a_log(tmp_path)
    for time_ms in (100, 300, 200, 400):
        log.append(a_batch(("k", "v"), time_ms=time_ms))
        log.roll()

    found = [log.first_reaching(time_ms) for time_ms in (50, 150, 350, 500)]

    assert [at and at.offset for at in found] == [0, 1, 3, None]


async def test_compaction_keeps_the_last_record_of_every_key_at_its_offset(tmp_path: Path):
    log = a_log(tmp_path, cleanup_policy="compact")
    log.append(a_batch(("a", "1"), ("b", "1"), ("a", "2")))
    log.append(a_batch(("b", "2"), ("c", "1")))
    log.roll()
    assert is_due(log, now_ms=LATE_MS)

    await compact(log, now_ms=LATE_MS)

    kept = [(2, "a", "2"), (3, "b", "2"), (4, "c", "1")]
    assert contents(log) == kept
    assert not is_due(log, now_ms=LATE_MS)
    log.close()
    assert contents(a_log(tmp_path)) == kept


async def test_compaction_leaves_the_newest_segment_alone(tmp_path: Path):
    log = a_log(tmp_path, cleanup_policy="compact")
    log.append(a_batch(("a", "1"), ("a", "2")))

    await compact(log, now_ms=LATE_MS)

    assert len(contents(log)) == 2


async def test_compaction_drops_old_tombstones_but_never_the_last_record(tmp_path: Path):
    log = a_log(tmp_path, cleanup_policy="compact", delete_retention_ms="0")
    log.append(a_batch(("a", "1"), ("a", None), ("b", None)))
    log.roll()

    await compact(log, now_ms=LATE_MS)

    assert contents(log) == [(2, "b", None)]


async def test_compaction_merges_small_segments(tmp_path: Path):
    log = a_log(tmp_path, cleanup_policy="compact")
    for number in range(5):
        log.append(a_batch((str(number), "v")))
        log.roll()

    await compact(log, now_ms=LATE_MS)

    assert len(log.segments) == 2
    assert len(contents(log)) == 5


async def test_producers_are_remembered_through_compaction_and_restart(tmp_path: Path):
    log = a_log(tmp_path, cleanup_policy="compact")
    log.append(a_batch(("a", "1"), producer=7, sequence=0))
    last = a_batch(("a", "2"), producer=7, sequence=1)
    log.append(last)
    log.append(a_batch(("a", "3")))
    log.roll()
    await compact(log, now_ms=LATE_MS)
    log.close()

    again = a_log(tmp_path)

    assert again.append(last) == (ErrorCode.NONE, 1)
    assert again.append(a_batch(("a", "4"), producer=7, sequence=2)) == (ErrorCode.NONE, 3)


def test_an_interrupted_compaction_is_undone(tmp_path: Path):
    log = a_log(tmp_path)
    log.append(a_batch(("a", "1")))
    log.close()
    (log.folder / "0-1.cleaned").write_bytes(b"half")

    assert contents(a_log(tmp_path)) == [(0, "a", "1")]
    assert not list(log.folder.glob("*.cleaned"))


def test_a_finished_but_uninstalled_compaction_is_installed(tmp_path: Path):
    log = a_log(tmp_path)
    for value in ("1", "2", "3"):
        log.append(a_batch(("a", value)))
        log.roll()
    second = log.read(1, 1)
    log.close()
    (log.folder / "0-2.swap").write_bytes(second)

    assert contents(a_log(tmp_path)) == [(1, "a", "2"), (2, "a", "3")]


def test_an_empty_result_of_compaction_keeps_the_start_of_the_log(tmp_path: Path):
    log = a_log(tmp_path)
    log.append(a_batch(("a", "1")))
    log.roll()
    log.append(a_batch(("a", "2")))
    log.close()
    swap = log.folder / "0-1.swap"
    swap.touch()

    install_swap(log.folder, swap, first=0, end=1)

    again = a_log(tmp_path)
    assert again.start_offset == 0
    assert contents(again) == [(1, "a", "2")]


def test_retention_of_everything_keeps_counting(tmp_path: Path):
    log = a_log(tmp_path, retention_ms="0")
    log.append(a_batch(("a", "1"), ("a", "2")))

    log.enforce_retention()

    assert (log.start_offset, log.end_offset) == (2, 2)
    log.close()
    assert a_log(tmp_path).end_offset == 2


def test_refuses_what_is_not_one_whole_batch(tmp_path: Path):
    log = a_log(tmp_path)
    batch = a_batch(("a", "1"))

    assert log.append(batch[:40]).error is ErrorCode.CORRUPT_MESSAGE
    assert log.append(batch + batch).error is ErrorCode.CORRUPT_MESSAGE
    assert log.append(batch[:16] + b"\x01" + batch[17:]).error is not ErrorCode.NONE
    assert log.end_offset == 0
