"""Revisions have the hashes that git itself gives; they follow from the facts alone."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.domain.event_state import EventState
from llama.domain.persistent import Map, names_of
from llama.domain.revisions import (
    blob_id,
    changed_files,
    commit_id,
    message_of,
    revise,
    tree_id,
)
from llama.domain.states import StoredFile
from schemas.facts import (
    AlertType,
    FileDeleted,
    FileGenerated,
    FileRequested,
    Source,
    TriggerReceived,
)
from schemas.files import FileContent

NOON = datetime(2019, 8, 14, 12, 0, 0, 900_000, tzinfo=UTC)
DIGEST = "a" * 64
DELETED = FileDeleted(id="act-1", cause="req-1", occurred_at=NOON, event="S1", handler="Peak")
NAMES = st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}\Z")
TREES = st.dictionaries(NAMES, st.binary(max_size=50), max_size=6)


class Git:
    """A repository of git's own to compare with."""

    def __init__(self, folder: Path) -> None:
        self._environment = {
            "PATH": os.environ["PATH"],
            "GIT_DIR": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.run("init", "--quiet", "--bare")

    def run(self, *arguments: str, given: bytes = b"", **environment: str) -> str:
        told = subprocess.run(
            ["git", *arguments],
            input=given,
            env=self._environment | environment,
            capture_output=True,
            check=True,
        )
        return told.stdout.decode().strip()

    def tree(self, files: Mapping[str, bytes]) -> str:
        rows = [
            f"100644 blob {self.run('hash-object', '-w', '--stdin', given=content)}\t{name}\n"
            for name, content in files.items()
        ]
        return self.run("mktree", given="".join(rows).encode())

    def commit(self, tree: str, parent: str | None, message: str, *, at: datetime) -> str:
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in {
                "NAME": "LLAMA",
                "EMAIL": "llama@localhost",
                "DATE": f"{int(at.timestamp())} +0000",
            }.items()
        }
        parents = ["-p", parent] if parent else []
        return self.run("commit-tree", tree, *parents, given=message.encode(), **who)


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    return Git(tmp_path_factory.mktemp("git") / "reference")


@pytest.mark.parametrize("content", [b"", b"map", b"\0\r\n" * 1000])
def test_blobs_are_named_as_git_names_them(git: Git, content: bytes) -> None:
    assert blob_id(content) == git.run("hash-object", "--stdin", given=content)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a": b"1"},
        {"skymap.fits": b"1", "skymap": b"2", "skymap-1": b"3", "skymap_1": b"4"},
        {"b": b"1", "B": b"1", "a.json": b"1", "a": b"1", "0": b""},
    ],
    ids=["empty", "one", "common prefixes", "mixed case"],
)
def test_trees_are_named_as_git_names_them(git: Git, files: dict[str, bytes]) -> None:
    blobs = {name: blob_id(content) for name, content in files.items()}

    assert tree_id(blobs) == git.tree(files)


@pytest.mark.parametrize("message", ["made\n", "subject\n\nbody\n", "no newline", "ä é\n"])
def test_commits_are_named_as_git_names_them(git: Git, message: str) -> None:
    tree = git.tree({"a": b"1"})

    first = commit_id(tree, None, message, at=NOON)
    second = commit_id(tree, first, message, at=NOON)

    assert first == git.commit(tree, None, message, at=NOON)
    assert second == git.commit(tree, first, message, at=NOON)


def test_a_chain_of_revisions_is_what_git_makes_of_it(git: Git) -> None:
    first, head = revise(None, "S1", {"a": b"1", "b": b"2"}, fact=DELETED)
    second, head = revise(head, "S1", {"a": None, "c": b"3"}, fact=DELETED)

    message = message_of(DELETED, {"a": None, "c": b"3"})
    root = git.commit(git.tree({"a": b"1", "b": b"2"}), None, first.message, at=NOON)
    assert second.parent == first.commit == root
    assert second.commit == git.commit(git.tree({"b": b"2", "c": b"3"}), root, message, at=NOON)
    assert (head.commit, head.number) == (second.commit, 1)


def test_revisions_are_numbered_from_nought() -> None:
    numbers: list[int] = []
    head = None
    for _ in range(3):
        _, head = revise(head, "S1", {"a": b"1"}, fact=DELETED)
        numbers.append(head.number)

    assert numbers == [0, 1, 2]


@given(TREES)
def test_the_order_of_files_does_not_matter(files: dict[str, bytes]) -> None:
    turned = dict(reversed(files.items()))

    one, _ = revise(None, "S1", files, fact=DELETED)
    other, _ = revise(None, "S1", turned, fact=DELETED)

    assert one.commit == other.commit


@given(TREES, TREES)
def test_the_tree_does_not_depend_on_the_way_to_it(
    before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    gone = dict.fromkeys(before.keys() - after.keys())
    _, head = revise(None, "S1", before, fact=DELETED)

    _, there = revise(head, "S1", {**after, **gone}, fact=DELETED)
    _, straight = revise(None, "S1", after, fact=DELETED)

    assert there.tree == straight.tree


def test_the_zone_of_a_moment_does_not_matter() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-7)))

    assert commit_id("0" * 40, None, "m", at=NOON) == commit_id("0" * 40, None, "m", at=elsewhere)


def test_a_revision_leaves_the_head_before_it_alone() -> None:
    _, head = revise(None, "S1", {"a": b"1"}, fact=DELETED)

    revise(head, "S1", {"a": None}, fact=DELETED)

    assert dict(head.tree) == {"a": blob_id(b"1")}


def test_messages_say_what_happened_and_carry_the_ids() -> None:
    assert message_of(DELETED, {"b": None, "a": None}) == (
        "FileDeleted: a, b\n\nMessage: act-1\nCause: req-1\n"
    )


def test_the_message_of_a_notice_says_which() -> None:
    notice = TriggerReceived(
        id="notice-1",
        occurred_at=NOON,
        event="S1",
        notice=DIGEST,
        alert_type=AlertType.UPDATE,
        time_created=NOON,
        raw=DIGEST,
        raw_size=1,
        source=Source(topic="igwn.gwalert", partition=0, offset=7),
        files=(),
    )

    message = message_of(notice, {"alert.json": b"{}"})

    assert message == "UPDATE notice of 2019-08-14T12:00:00Z\n\nMessage: notice-1\n"


def test_the_message_of_a_result_names_the_handler() -> None:
    result = FileGenerated(
        id="need.1",
        cause="notice-1",
        occurred_at=NOON,
        event="S1",
        handler="Peak",
        need="need",
        attempt=1,
        code="1",
        inputs={},
        files=(FileContent(file="peak.json", digest=DIGEST, size=2),),
    )

    message = message_of(result, {"peak.json": b"{}"})

    assert message.splitlines()[0] == "Peak made peak.json"


def test_other_facts_are_named_by_their_kind() -> None:
    asked = FileRequested(id="act-2", occurred_at=NOON, event="S1", handler="Peak")

    assert message_of(asked, {"a": b""}).startswith("FileRequested: a\n")


def a_state(**files: str) -> EventState:
    stored = {
        name: StoredFile(FileContent(file=name, digest=letter * 64, size=1), 0, "fact", NOON)
        for name, letter in files.items()
    }
    return EventState("S1", files=Map(stored))


def test_changed_files_are_the_new_the_other_and_the_gone() -> None:
    before, after = a_state(same="a", other="b", gone="c"), a_state(same="a", other="d", new="e")

    changed = changed_files(before, after)

    assert changed == {"gone": None, "new": "e" * 64, "other": "d" * 64}


def test_a_deleted_file_is_gone_though_its_digest_is_remembered() -> None:
    before = a_state(peak="a")
    after = EventState("S1", files=before.files, deleted=names_of(["peak"]))

    assert changed_files(before, after) == {"peak": None}
    assert changed_files(after, before) == {"peak": "a" * 64}
