"""The journal of the broker's own state."""

from __future__ import annotations

from pathlib import Path

import pytest

from llama.embedded.broker.catalogue import Catalogue, Committed
from llama.embedded.broker.errors import JournalCorrupt


def a_catalogue(folder: Path) -> Catalogue:
    return Catalogue(folder, now_ms=lambda: 0)


def test_state_survives_a_restart(tmp_path: Path):
    before = a_catalogue(tmp_path)
    before.create_topic("t", 2, config={"retention.ms": "5"})
    before.add_partitions("t", 3)
    before.commit("g", [("t", 1, 42, "note")])
    before.close()

    after = a_catalogue(tmp_path)

    assert len(after.topics["t"].logs) == 3
    assert after.topics["t"].config.retention_ms == 5
    assert after.offsets == {"g": {("t", 1): Committed(42, "note")}}
    after.close()


def test_the_journal_is_compacted_when_it_is_opened(tmp_path: Path):
    before = a_catalogue(tmp_path)
    before.create_topic("t", 1, config={})
    for offset in range(1000):
        before.commit("g", [("t", 0, offset, "")])
    before.close()
    grown = (tmp_path / "journal.jsonl").stat().st_size

    a_catalogue(tmp_path).close()

    assert (tmp_path / "journal.jsonl").stat().st_size < grown / 100


def test_a_torn_last_line_is_dropped(tmp_path: Path):
    before = a_catalogue(tmp_path)
    before.create_topic("t", 1, config={})
    before.close()
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'["TopicCreated",{"name":"u"')

    after = a_catalogue(tmp_path)

    assert list(after.topics) == ["t"]
    after.close()


def test_a_damaged_line_stops_the_start_and_names_itself(tmp_path: Path):
    (tmp_path / "journal.jsonl").write_bytes(b'["TopicDeleted",{"name":"t"}]x\n')

    with pytest.raises(JournalCorrupt, match=r"journal\.jsonl:1"):
        a_catalogue(tmp_path)


def test_deleting_a_topic_forgets_its_offsets_and_its_files(tmp_path: Path):
    catalogue = a_catalogue(tmp_path)
    catalogue.create_topic("t", 1, config={})
    catalogue.topics["t"].logs[0].roll()
    catalogue.commit("g", [("t", 0, 1, "")])

    catalogue.delete_topic("t")

    assert catalogue.offsets == {}
    assert list((tmp_path / "partitions").iterdir()) == []
    catalogue.close()


def test_files_of_a_deletion_that_was_interrupted_are_swept(tmp_path: Path):
    orphan = tmp_path / "partitions" / "gone.7-0"
    orphan.mkdir(parents=True)
    (orphan / f"{0:020d}.log").write_bytes(b"left over")

    a_catalogue(tmp_path).close()

    assert not orphan.exists()
