"""What the reader makes of notices that are as they should be, or only a little odd."""

import json
from datetime import UTC, datetime

import pytest

from llama.domain.digests import Digest, digest_bytes, digest_json
from llama.domain.notice import AlertType, Notice, read_notice
from tests.support.notices import MISSING, a_map, a_notice, a_retraction, an_event, an_external


def read(raw: bytes) -> Notice:
    """Read what must be a notice."""
    notice = read_notice(raw)
    assert isinstance(notice, Notice), notice
    return notice


def test_reads_the_heading_of_a_notice() -> None:
    notice = read(a_notice())

    assert notice.superevent_id == "S230914ak"
    assert notice.alert_type is AlertType.PRELIMINARY
    assert notice.time_created == datetime(2023, 9, 14, 11, 20, tzinfo=UTC)
    assert notice.event_time == datetime(2023, 9, 14, 11, 14, 1, 250_000, tzinfo=UTC)
    assert notice.significant is True


def test_finds_nothing_odd_in_a_notice_as_the_schema_wants_it() -> None:
    notice = read(a_notice(external_coinc=an_external()))

    assert notice.oddities == ()


def test_ranks_alert_types_as_ties_are_broken() -> None:
    ranks = {alert_type.value: alert_type.rank for alert_type in AlertType}

    assert ranks["EARLYWARNING"] < ranks["PRELIMINARY"] < ranks["INITIAL"]
    assert ranks["INITIAL"] < ranks["UPDATE"] < ranks["RETRACTION"]


@pytest.mark.parametrize(
    ("superevent_id", "is_test"), [("S230914ak", False), ("MS230914ak", True), ("TS230914a", True)]
)
def test_knows_tests_and_mocks_by_their_id(superevent_id: str, is_test: bool) -> None:  # noqa: FBT001 - a parameter of the table
    notice = read(a_retraction(superevent_id=superevent_id))

    assert notice.is_test is is_test


def test_writes_alert_json_with_digests_in_the_place_of_maps() -> None:
    raw = a_notice(external_coinc=an_external())

    alert = json.loads(read(raw).alert)

    sent = json.loads(raw)
    sent["event"]["skymap"] = {"sha256": digest_bytes(a_map()), "bytes": len(a_map())}
    combined = a_map("combined")
    sent["external_coinc"]["combined_skymap"] = {
        "sha256": digest_bytes(combined),
        "bytes": len(combined),
    }
    assert alert == {**sent, "oddities": []}


def test_attaches_each_map_under_the_digest_of_its_bytes() -> None:
    notice = read(a_notice(external_coinc=an_external()))

    assert notice.attached == ("skymap", "external_skymap")
    assert notice.attachments[notice.aspects["skymap"]] == a_map()
    assert notice.attachments[notice.aspects["external_skymap"]] == a_map("combined")


def test_attaches_one_map_once_when_both_sections_carry_it() -> None:
    notice = read(a_notice(external_coinc=an_external(combined_skymap=a_map())))

    assert notice.aspects["skymap"] == notice.aspects["external_skymap"]
    assert list(notice.attachments) == [notice.aspects["skymap"]]


def test_keeps_the_event_aspect_when_only_the_map_changes() -> None:
    before = read(a_notice())
    after = read(a_notice(event=an_event(skymap=a_map("better"))))

    assert after.aspects["event"] == before.aspects["event"]
    assert after.aspects["skymap"] != before.aspects["skymap"]


def test_keeps_the_skymap_aspect_when_only_the_event_changes() -> None:
    before = read(a_notice())
    after = read(a_notice(event=an_event(far=1e-9)))

    assert after.aspects["skymap"] == before.aspects["skymap"]
    assert after.aspects["event"] != before.aspects["event"]


def test_keeps_the_external_aspect_when_only_the_combined_map_changes() -> None:
    before = read(a_notice(external_coinc=an_external()))
    after = read(a_notice(external_coinc=an_external(combined_skymap=a_map("better"))))

    assert after.aspects["external"] == before.aspects["external"]
    assert after.aspects["external_skymap"] != before.aspects["external_skymap"]


def test_gives_a_retraction_the_aspects_of_nothing() -> None:
    notice = read(a_retraction())

    nothing = digest_json(None)
    assert notice.aspects == {
        "event": nothing,
        "external": nothing,
        "retracted": digest_json(True),  # noqa: FBT003 - a JSON value
    }
    assert (notice.event_time, notice.significant, notice.attached) == (None, None, ())
    assert notice.oddities == ()


def test_makes_the_identity_from_what_the_docstring_says() -> None:
    notice = read(a_notice(external_coinc=an_external(gcn_notice_id=7, ivorn="ivo://x")))

    assert notice.identity == digest_json(
        {
            "alert_type": "PRELIMINARY",
            "external_ids": ["7", "ivo://x"],
            "skymap": digest_bytes(a_map()),
            "superevent_id": "S230914ak",
            "time_created": "2023-09-14T11:20:00Z",
        }
    )


def identity(**changes: object) -> Digest:
    """Return the identity of a changed notice."""
    return read(a_notice(**changes)).identity


@pytest.mark.parametrize(
    "changes",
    [
        {"superevent_id": "S230914al"},
        {"alert_type": "INITIAL"},
        {"time_created": "2023-09-14T11:20:01Z"},
        {"event": an_event(skymap=a_map("better"))},
        {"event": an_event(skymap=None)},
        {"external_coinc": an_external()},
    ],
)
def test_gives_another_identity_to_another_notice(changes: dict[str, object]) -> None:
    assert identity(**changes) != identity()


@pytest.mark.parametrize(
    "changes",
    [
        {"time_created": "2023-09-14T11:20:00.000Z"},
        {"time_created": "2023-09-14T13:20:00+02:00"},
        {"urls": MISSING},
        {"event": an_event(far=1e-9)},
    ],
)
def test_gives_one_identity_to_copies_that_are_written_differently(
    changes: dict[str, object],
) -> None:
    assert identity(**changes) == identity()


def test_gives_one_identity_to_an_external_id_as_number_and_as_text() -> None:
    as_number = identity(external_coinc=an_external(gcn_notice_id=524666471))
    as_text = identity(external_coinc=an_external(gcn_notice_id="524666471"))

    assert as_number == as_text


def test_reads_a_notice_of_an_older_schema() -> None:
    event = an_event(significant=MISSING)

    notice = read(a_notice(event=event, external_coinc=MISSING, urls=MISSING))

    assert notice.significant is None
    assert notice.oddities == ("event.significant is missing",)
    assert json.loads(notice.alert)["external_coinc"] is None
    assert json.loads(notice.alert)["urls"] == {}


@pytest.mark.parametrize(
    ("changes", "oddity"),
    [
        ({"event": None}, "PRELIMINARY with no event"),
        ({"event": MISSING}, "PRELIMINARY with no event"),
        ({"event": [1]}, "event is of type list: dropped"),
        ({"alert_type": "RETRACTION"}, "RETRACTION with an event"),
        ({"alert_type": "Preliminary"}, "alert_type is not in capitals: Preliminary"),
        ({"time_created": "2023-09-14T11:20:00"}, "time_created names no zone: taken as UTC"),
        ({"event": an_event(time="soon")}, "event.time is 'soon'"),
        ({"event": an_event(time="2023-09-14T11:14:01")}, "event.time names no zone: taken as UTC"),
        ({"event": an_event(significant="true")}, "event.significant is 'true'"),
        ({"event": an_event(far=True)}, "event.far is of type bool"),
        ({"event": an_event(far=float("nan"))}, "event.far is not finite: null instead"),
        ({"event": an_event(skymap=None)}, "event.skymap is null: no map"),
        ({"event": an_event(skymap=MISSING)}, "event.skymap is null: no map"),
        ({"event": an_event(skymap={})}, "event.skymap is of type dict: no map"),
        ({"event": an_event(skymap="U0lN...")}, "event.skymap is 'U0lN...': no map"),
        ({"event": an_event(skymap="")}, "event.skymap is '': no map"),
        ({"event": an_event(skymap=b"PK")}, "event.skymap does not begin like FITS"),
        ({"external_coinc": "GRB"}, "external_coinc is 'GRB': dropped"),
        ({"urls": {"x": "javascript:1"}}, "urls.x is 'javascript:1': dropped"),
        ({"urls": []}, "urls is of type list: dropped"),
        ({"oddities": ["mine"]}, "oddities is a name of ours: dropped"),
        ({"x": "a\0b"}, "x has 1 unstorable characters: replaced"),
        ({"x": [float("inf")]}, "x.0 is not finite: null instead"),
        ({"x": "\ud800"}, "not strict JSON: read leniently"),
        ({"x": "a" * 65_537}, "x has 65537 characters: null instead"),
    ],
)
def test_keeps_an_odd_notice_and_says_what_is_odd(changes: dict[str, object], oddity: str) -> None:
    notice = read(a_notice(**changes))

    assert oddity in notice.oddities
    assert json.loads(notice.alert)["oddities"] == list(notice.oddities)


def test_does_without_a_combined_map() -> None:
    notice = read(a_notice(external_coinc=an_external(combined_skymap=None)))

    assert notice.attached == ("skymap",)
    assert notice.oddities == ()


def test_keeps_what_no_schema_knows() -> None:
    notice = read(a_notice(mood={"level": [1, None, 2.5]}, event=an_event(colour="red")))

    alert = json.loads(notice.alert)
    assert alert["mood"] == {"level": [1, None, 2.5]}
    assert alert["event"]["colour"] == "red"


def test_does_not_depend_on_the_order_of_keys() -> None:
    raw = a_notice(external_coinc=an_external(), mood="\0", level="\0")
    turned = json.dumps(dict(reversed(json.loads(raw).items())), indent=2).encode()

    assert read(turned) == read(raw)


def test_reads_base64_that_is_broken_into_lines() -> None:
    encoded = json.loads(a_notice())["event"]["skymap"]
    broken = "\n".join(encoded[start : start + 76] for start in range(0, len(encoded), 76))

    assert read(a_notice(event=an_event(skymap=broken))) == read(a_notice())


def test_takes_the_last_of_two_equal_keys() -> None:
    raw = a_notice().replace(b'"alert_type"', b'"alert_type": "UPDATE", "alert_type"')

    assert read(raw).alert_type is AlertType.PRELIMINARY


def test_reads_past_a_byte_order_mark_and_spaces() -> None:
    assert read(b"\xef\xbb\xbf\r\n " + a_notice() + b"\n") == read(a_notice())


def test_reads_strings_with_raw_line_breaks() -> None:
    notice = read(a_notice(mood="up@down").replace(b"@", b"\n"))

    assert json.loads(notice.alert)["mood"] == "up\ndown"
    assert notice.oddities == ("not strict JSON: read leniently",)


def test_tells_apart_retractions_and_all_others_and_nothing_else() -> None:
    notices = [read(a_notice()), read(a_notice(alert_type="UPDATE")), read(a_retraction())]

    first, second, retraction = (notice.aspects["retracted"] for notice in notices)

    assert first == second == digest_json(False)  # noqa: FBT003 - a JSON value
    assert retraction == digest_json(True)  # noqa: FBT003 - same
