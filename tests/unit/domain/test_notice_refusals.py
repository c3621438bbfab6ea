"""What the reader refuses, and with which reason of its closed list."""

import base64
import gzip
import json

import pytest

from llama.domain.notice import Limits, Notice, RefusalReason, Refused, read_notice
from tests.support.notices import (
    MISSING,
    a_gzip_bomb,
    a_map,
    a_notice,
    a_retraction,
    an_event,
    an_external,
)

HOSTILE_IDS = (
    "",
    "S",
    "S230914",
    "S23091ak",
    "S230914AK",
    "s230914ak",
    "XS230914ak",
    "MTS230914ak",
    "G230914",
    " S230914ak",
    "S230914ak ",
    "S230914ak\n",
    "\nS230914ak",
    "S230914ak\x00",
    "S230914ak\u200b",
    "S230914a\u0301k",
    "S230914\u0430k",
    "S\u0662\u0663\u0660\u0669\u0661\u0664ak",
    "\uff33230914ak",
    "S\uff12\uff13\uff10\uff19\uff11\uff14ak",
    "S230914abcdefghi",
    "S230914" + "a" * 100_000,
    "../S230914ak",
    "S230914ak/..",
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "refs/heads/S230914ak",
    "-rf",
    "--exec=S230914ak",
    "S230914ak.lock",
    "S230914ak;id",
    "S230914ak'--",
    "S230914ak\\",
    "%53230914ak",
    "\ud800",
)


def refusal(raw: bytes, limits: Limits | None = None) -> RefusalReason:
    """Return the reason for refusing what must be refused."""
    result = read_notice(raw, limits=limits or Limits())
    assert isinstance(result, Refused), result
    return result.reason


@pytest.mark.parametrize("superevent_id", [*HOSTILE_IDS, None, 230914, ["S230914ak"], {}, True])
def test_refuses_every_id_that_is_not_a_superevent(superevent_id: object) -> None:
    raw = a_retraction(superevent_id=superevent_id)

    assert refusal(raw) is RefusalReason.BAD_EVENT_ID


@pytest.mark.parametrize(
    "alert_type", ["", "NEW", " INITIAL", "INITIAL\n", "\u0131NITIAL", None, 1]
)
def test_refuses_an_unknown_alert_type(alert_type: object) -> None:
    assert refusal(a_notice(alert_type=alert_type)) is RefusalReason.BAD_ALERT_TYPE


@pytest.mark.parametrize("time", ["", "now", "1999-12-31T23:59:59Z", None, 1694690400, ["2023"]])
def test_refuses_an_unreadable_time_of_creation(time: object) -> None:
    assert refusal(a_notice(time_created=time)) is RefusalReason.BAD_TIME


@pytest.mark.parametrize("key", ["superevent_id", "alert_type", "time_created"])
def test_refuses_an_object_without_a_required_key(key: str) -> None:
    result = read_notice(a_notice(**{key: MISSING}))

    assert result == Refused(RefusalReason.NOT_A_NOTICE, f"an object without {key}")


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"[{}]", b'"text"', b"1", b"null", b" true "])
def test_refuses_json_that_is_no_notice(raw: bytes) -> None:
    assert refusal(raw) is RefusalReason.NOT_A_NOTICE


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"<?xml version='1.0'?><html/>", "XML"),
        (b"  \n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML"),
        (gzip.compress(a_notice()), "gzip"),
        (a_map(), "FITS"),
        (a_notice().decode().encode("utf-16"), "UTF-16"),
        (b"Error: subscribed topic not available: igwn.gwalert", "begins with b'Error:"),
        (b"", "nothing"),
        (b"\x00\xff\x00", "not JSON"),
    ],
)
def test_refuses_other_formats_by_their_first_bytes(raw: bytes, name: str) -> None:
    result = read_notice(raw)

    assert isinstance(result, Refused)
    assert result.reason is RefusalReason.UNSUPPORTED_FORMAT
    assert name in result.detail


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"{]",
        a_notice()[:-1],
        a_notice() + b"x",
        a_notice() * 2,
        b"{'a': 1}",
        b"\xef\xbb\xbf{",
    ],
)
def test_refuses_broken_json(raw: bytes) -> None:
    assert refusal(raw) is RefusalReason.NOT_JSON


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_refuses_json_too_deep_to_parse(opening: bytes, closing: bytes) -> None:
    bomb = b'{"event":' + opening * 20_000 + b"1" + closing * 20_000 + b"}"

    assert refusal(bomb) is RefusalReason.NOT_JSON


def test_does_not_read_leniently_what_is_nested_deeply() -> None:
    """The lenient parser recurses: how deep it comes would depend on who called the reader."""
    nested = b"[" * 250 + b"NaN" + b"]" * 250

    assert refusal(a_notice(x="@").replace(b'"@"', nested)) is RefusalReason.NOT_JSON


def test_drops_what_is_too_deep_to_keep() -> None:
    deep = b'"x":' + b"[" * 900 + b"]" * 900 + b',"superevent_id"'
    raw = a_notice().replace(b'"superevent_id"', deep)

    notice = read_notice(raw)

    assert isinstance(notice, Notice)
    assert [oddity for oddity in notice.oddities if oddity.endswith("too deeply: null instead")]


def test_refuses_a_notice_that_is_too_large_before_looking_at_it() -> None:
    limits = Limits(max_bytes=1000)

    assert refusal(b"<" * 1001, limits) is RefusalReason.TOO_LARGE
    assert refusal(b"<" * 1000, limits) is RefusalReason.DAMAGED


def test_refuses_a_flood_of_tiny_values_before_parsing_it() -> None:
    assert refusal(b"[" + b"[]," * 60_000) is RefusalReason.TOO_LARGE


def test_refuses_a_map_larger_than_the_limit() -> None:
    limits = Limits(max_map_bytes=len(a_map()) - 1)

    assert refusal(a_notice(), limits) is RefusalReason.TOO_LARGE


@pytest.mark.parametrize(
    "bomb",
    [a_gzip_bomb(200_001), a_gzip_bomb(70_000) * 3, a_gzip_bomb(0) * 3000],
    ids=["one member", "many members", "endless empty members"],
)
def test_refuses_a_map_that_is_a_decompression_bomb(bomb: bytes) -> None:
    limits = Limits(max_map_bytes=200_000)
    as_map = a_notice(event=an_event(skymap=bomb))
    as_combined_map = a_notice(external_coinc=an_external(combined_skymap=bomb))

    assert refusal(as_map, limits) is RefusalReason.DECOMPRESSION_BOMB
    assert refusal(as_combined_map, limits) is RefusalReason.DECOMPRESSION_BOMB


@pytest.mark.parametrize(
    ("content", "oddity"),
    [
        (a_gzip_bomb(200_000), None),
        (a_gzip_bomb(1000) * 2, None),
        (a_gzip_bomb(1000) + b"\0\0", None),
        (a_gzip_bomb(1000)[:-1], "event.skymap is not whole gzip: short"),
        (a_gzip_bomb(1000)[:-4] + b"abcd", "event.skymap is not whole gzip: damaged"),
        (a_gzip_bomb(1000) + b"abcd", "event.skymap is not whole gzip: trailing"),
        (b"\x1f\x8b", "event.skymap is not whole gzip: short"),
    ],
)
def test_keeps_a_gzipped_map_as_it_came(content: bytes, oddity: str | None) -> None:
    raw = a_notice(event=an_event(skymap=content))

    notice = read_notice(raw, limits=Limits(max_map_bytes=200_000))

    assert isinstance(notice, Notice)
    assert notice.attachments[notice.aspects["skymap"]] == content
    assert notice.oddities == (() if oddity is None else (oddity,))


def test_bounds_what_it_keeps_of_a_notice() -> None:
    raw = a_notice(event=an_event(prose=["words " * 10_000] * 100))

    notice = read_notice(raw)

    assert isinstance(notice, Notice)
    assert len(notice.alert) < 1_200_000
    assert notice.oddities == ("too long to keep: the rest is dropped from event.prose on",)


def test_drops_a_key_that_is_too_long() -> None:
    notice = read_notice(a_notice(**{"k" * 300: 1}))

    assert isinstance(notice, Notice)
    assert not [key for key in json.loads(notice.alert) if key.startswith("k")]
    assert notice.oddities == ("k" * 37 + "... is a key of 300 letters: dropped",)


def test_counts_the_oddities_beyond_the_limit() -> None:
    rest = {f"key{number:03}": "\0" for number in range(100)}

    notice = read_notice(a_notice(**rest), limits=Limits(max_oddities=8))

    assert isinstance(notice, Notice)
    assert len(notice.oddities) == 8
    assert notice.oddities[-1] == "93 further oddities"


def test_shows_little_of_a_hostile_value_and_only_printably() -> None:
    result = read_notice(a_notice(superevent_id="\x1b[2J\u202e\n" + "z" * 100_000))

    assert isinstance(result, Refused)
    assert result.detail.startswith("superevent_id is '\\x1b[2J\\u202e\\nzzz")
    assert len(result.detail) <= 120


def test_never_takes_the_senders_word_for_the_digest_of_a_map() -> None:
    forged = {"sha256": base64.b16encode(bytes(32)).decode(), "bytes": 1}

    notice = read_notice(a_notice(event=an_event(skymap=forged)))

    assert isinstance(notice, Notice)
    assert json.loads(notice.alert)["event"]["skymap"] is None
