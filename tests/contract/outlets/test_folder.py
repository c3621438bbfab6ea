"""A folder as the world: each content is there once, whole, and is accounted for."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llama.adapters.outlets.folder import FolderCarrier, FolderOutlet
from llama.adapters.outlets.written import read_sent, written
from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.handler import PermanentError
from llama.domain.outlet import MOST_BYTES, Sender, Sent

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER = Sender("MS1", "Publish")
TOPIC = "notices.test"


def an_outlet(folder: Path, sender: Sender = SENDER) -> FolderOutlet:
    return FolderOutlet(folder, sender, lambda: NOON)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / TOPIC).iterdir())


def test_a_content_is_there_under_its_event_number_and_key(tmp_path: Path) -> None:
    answer = an_outlet(tmp_path).send(TOPIC, "k1", b'{"a": 1}')

    name = f"{TOPIC}/MS1-1-{digest_bytes(b'k1')[:8]}.json"
    assert answer == {"outlet": "folder", "file": name}
    assert (tmp_path / name).read_bytes() == b'{"a": 1}'


def test_what_was_sent_is_remembered_by_whoever_opens_it_next(tmp_path: Path) -> None:
    answer = an_outlet(tmp_path).send(TOPIC, "k1", b"one")
    an_outlet(tmp_path).send(TOPIC, "k2", b"two")

    first, second = an_outlet(tmp_path).earlier()

    assert first == Sent("k1", TOPIC, 1, digest_bytes(b"one"), b"one", NOON, answer)
    assert (second.number, second.content) == (2, b"two")


def test_a_key_that_was_sent_gets_its_first_answer_and_nothing_is_written(tmp_path: Path) -> None:
    first = an_outlet(tmp_path).send(TOPIC, "k1", b"one")
    (tmp_path / str(first["file"])).unlink()

    assert an_outlet(tmp_path).send(TOPIC, "k1", b"one") == first
    assert files(tmp_path) == []


def test_a_key_belongs_to_one_content(tmp_path: Path) -> None:
    an_outlet(tmp_path).send(TOPIC, "k1", b"one")

    with pytest.raises(PermanentError, match="give each content a key of its own"):
        an_outlet(tmp_path).send(TOPIC, "k1", b"two")


def test_handlers_and_events_are_counted_by_themselves(tmp_path: Path) -> None:
    an_outlet(tmp_path).send(TOPIC, "k1", b"one")
    others = [Sender("MS1", "Other"), Sender("MS2", "Publish")]

    numbers = [
        (
            an_outlet(tmp_path, one).send(TOPIC, one.handler, b"x"),
            an_outlet(tmp_path, one).earlier(),
        )
        for one in others
    ]

    assert [earlier[0].number for _, earlier in numbers] == [1, 1]
    assert len(files(tmp_path)) == 3


@pytest.mark.parametrize(("left", "counts"), [(b"one", True), (b"another", False), (None, False)])
def test_what_was_cut_short_counts_if_its_content_is_there(
    tmp_path: Path, left: bytes | None, *, counts: bool
) -> None:
    answer = an_outlet(tmp_path).send(TOPIC, "k1", b"one")
    ledger = tmp_path / ".ledger" / "MS1-Publish.json"
    begun = {**json.loads(ledger.read_bytes())[0], "state": "in_doubt", "answer": {}}
    ledger.write_text(json.dumps([begun]))
    place = tmp_path / str(answer["file"])
    place.unlink() if left is None else place.write_bytes(left)

    assert len(an_outlet(tmp_path).earlier()) == counts
    assert an_outlet(tmp_path).send(TOPIC, "k1", b"one") == answer
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("topic", ["", "../up", "a/b", ".hidden", "a b"])
def test_what_is_no_topic_is_refused(tmp_path: Path, topic: str) -> None:
    with pytest.raises(PermanentError, match="is no topic"):
        an_outlet(tmp_path).send(topic, "k1", b"one")


@pytest.mark.parametrize(
    ("key", "content", "why"),
    [("", b"", "is no key"), ("a b", b"", "is no key"), ("k", bytes(MOST_BYTES + 1), "no more")],
)
def test_what_cannot_be_sent_is_refused(tmp_path: Path, key: str, content: bytes, why: str) -> None:
    with pytest.raises(PermanentError, match=why):
        an_outlet(tmp_path).send(TOPIC, key, content)

    assert list(tmp_path.iterdir()) == []


async def test_the_carrier_writes_what_the_ledger_counts(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path / "outbox")
    entry = Sent("k1", TOPIC, 7, digest_bytes(b"one"), b"one", NOON, state="in_doubt")

    await carrier.ready(TOPIC)
    answers = [await carrier.carry(SENDER, entry) for _ in range(2)]

    assert answers[0] == answers[1]
    assert (tmp_path / "outbox" / str(answers[0]["file"])).read_bytes() == b"one"
    assert files(tmp_path / "outbox") == [f"MS1-7-{digest_bytes(b'k1')[:8]}.json"]


async def test_a_folder_that_cannot_be_made_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(Misconfigured, match="correct LLAMA_HOME"):
        await FolderCarrier(tmp_path / "outbox").ready(TOPIC)


@pytest.mark.parametrize("in_the_way", [".lock", f"{TOPIC}/MS1-7-{digest_bytes(b'k1')[:8]}.json"])
async def test_a_folder_that_takes_nothing_says_that_nothing_went_out(
    tmp_path: Path, in_the_way: str
) -> None:
    carrier = FolderCarrier(tmp_path)
    await carrier.ready(TOPIC)
    (tmp_path / in_the_way).mkdir()

    with pytest.raises(Unavailable, match="repair the disk, then try again"):
        await carrier.carry(SENDER, Sent("k1", TOPIC, 7, digest_bytes(b"one"), b"one", NOON))

    assert [name for name in files(tmp_path) if name.endswith(".new")] == []


async def test_a_topic_that_went_away_meanwhile_says_so(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path)
    (tmp_path / TOPIC).write_text("a file")

    with pytest.raises(Unavailable, match="cannot be written"):
        await carrier.carry(SENDER, Sent("k1", TOPIC, 7, digest_bytes(b"one"), b"one", NOON))


def test_an_entry_travels_as_json() -> None:
    entry = Sent("k1", TOPIC, 7, digest_bytes(b"\xff"), b"\xff", NOON, {"offset": 3})

    assert read_sent(json.loads(json.dumps(written(entry)))) == entry
