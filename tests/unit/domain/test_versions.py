"""Which revision a word means, which versions a file had, what changed, how it is named."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.domain.differences import MAX_BYTES, difference
from llama.domain.errors import NoMoment, UnknownRevision
from llama.domain.versions import (
    Entry,
    FileDifference,
    changes,
    download_name,
    resolved,
    since_when,
    versions_of,
)
from tests.support.facts import a_trigger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMITS = ("aaaa1" + "0" * 35, "aaaa2" + "0" * 35, "1234" + "f" * 36)
ENTRIES = [
    Entry(number, commit, None, NOON + timedelta(hours=number), "", NOON + timedelta(hours=number))
    for number, commit in enumerate(COMMITS)
]
NOW = NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("HEAD", 2),
        ("HEAD~1", 1),
        ("HEAD~", 1),
        ("HEAD~2", 0),
        ("0", 0),
        ("2", 2),
        ("aaaa1", 0),
        (COMMITS[1], 1),
        ("1234", 2),
        ("2026-11-22T12:00:00Z", 0),
        ("2026-11-22T13:59z", 1),
        ("23h ago", 1),
        ("1400 min", 0),
        ("now", 2),
        ("2026-11-22T14:30+01:00", 1),
        ("2026-11-23", 2),
    ],
)
def test_a_word_means_a_revision(word: str, number: int) -> None:
    assert resolved(ENTRIES, word, NOW).number == number


@pytest.mark.parametrize(
    ("word", "because"),
    [
        ("3", "there is no revision 3 of this event .it has 0 to 2."),
        ("HEAD~3", "there is no revision HEAD~3 of this event .it has 0 to 2."),
        ("aaaa", "begins 2 commits"),
        ("bbbbbbb", "there is no revision bbbbbbb"),
        ("2026-11-22T11:59Z", "no revision at 2026-11-22T11:59Z yet: the first, 0, is of 2026"),
        ("2020-01-01", "no revision at 2020-01-01 yet"),
        ("9999d", "there was no revision at 9999d yet"),
        ("", "no revision"),
        ("skymap.fits", "no revision"),
    ],
)
def test_other_words_are_refused_with_what_there_is(word: str, because: str) -> None:
    with pytest.raises(UnknownRevision, match=because):
        resolved(ENTRIES, word, NOW)
    with pytest.raises(UnknownRevision, match="it has none"):
        resolved([], "HEAD", NOW)


@pytest.mark.parametrize(
    ("word", "because"),
    [
        ("2026-11-22T13:59", "does not say its zone"),
        ("2026-11-25", "is still to come"),
        ("2026-13-25", "is no moment"),
    ],
)
def test_a_moment_is_refused_as_everywhere(word: str, because: str) -> None:
    with pytest.raises(NoMoment, match=because):
        resolved(ENTRIES, word, NOW)


def test_digits_that_begin_a_commit_are_no_age() -> None:
    commit = Entry(0, "100d" + "0" * 36, None, NOON, "", NOON)

    assert resolved([commit], "100d", NOW) == commit


def test_a_fact_dated_back_counts_from_when_those_before_it_do() -> None:
    late = a_trigger(id="late", occurred_at=NOON + timedelta(minutes=5))
    dated_back = a_trigger(id="back", occurred_at=NOON)

    since = since_when([late, dated_back])

    assert since == {"late": NOON + timedelta(minutes=5), "back": NOON + timedelta(minutes=5)}


def test_a_file_has_a_version_for_every_different_content() -> None:
    blobs = [{}, {"a": "x"}, {"a": "x", "b": "y"}, {}, {"a": "x"}, {"a": "z"}, {"a": "x"}]
    numbers = range(len(blobs))
    entries = [Entry(number, f"{number}" * 40, None, NOON, "", NOON) for number in numbers]

    versions = versions_of("a", zip(entries, blobs, strict=True))

    assert [(one.number, one.commit[0], one.blob) for one in versions] == [
        (0, "1", "x"),
        (1, "5", "z"),
        (2, "6", "x"),
    ]


def test_changes_are_told_by_name() -> None:
    told = changes({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"})

    assert [(one.file, one.what) for one in told] == [
        ("a", "removed"),
        ("b", "changed"),
        ("d", "added"),
    ]
    assert told[0] == FileDifference("a", "1", None)


def test_a_download_is_named_after_event_version_commit_and_file() -> None:
    (version,) = versions_of("skymap.fits", [(ENTRIES[0], {"skymap.fits": "x"})])

    assert download_name("S190814bv", "skymap.fits", version) == "S190814bv-v0-aaaa100-skymap.fits"


def test_texts_are_compared_line_by_line() -> None:
    told = difference("a.txt", b"one\ntwo\n", b"one\nthree\n")

    assert told.splitlines() == [
        "--- a/a.txt",
        "+++ b/a.txt",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+three",
    ]


def test_json_is_compared_key_by_key() -> None:
    told = difference("a.json", b'{"a":1,"b":2}', b'{"a":1,"b":3}')

    assert [line for line in told.splitlines() if line[:2] in {"- ", "+ "}] == [
        '- "b": 2',
        '+ "b": 3',
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b"\0", b"\0\0", "a.fits: 1 bytes -> 2 bytes\n"),
        (None, b"\xff", "a.fits: no file -> 1 bytes\n"),
        (b"x" * (MAX_BYTES + 1), None, "a.fits: 262,145 bytes -> no file\n"),
    ],
)
def test_of_what_is_no_text_only_the_size_is_told(
    before: bytes | None, after: bytes | None, told: str
) -> None:
    assert difference("a.fits", before, after) == told


def test_a_new_text_is_compared_with_nothing() -> None:
    assert difference("a.json", None, b"{broken").splitlines()[0] == "--- /dev/null"
