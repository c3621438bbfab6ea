"""Downselections as text, pairs and JSON, and the values that these can say."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.assessment import Status
from llama.domain.labels import Label
from llama.domain.selection.complaints import MAY_BE
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.text import from_pairs, from_text, to_pairs, to_text
from llama.handlers import Skymap

NAMES = st.lists(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True), max_size=3)
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 (hypothesis adds the zones)
    max_value=datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=st.timezones(),
    allow_imaginary=False,
)
SECONDS = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
TRUTH = st.booleans()
DOWNSELECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "invert": TRUTH,
        "eventid_filter": st.lists(
            st.from_regex(r"([A-Za-z0-9_*?-]|\[!?[a-z0-9-]{1,3}\]){1,20}", fullmatch=True),
            max_size=3,
        ),
        **dict.fromkeys(("fileexists", "fhexists"), NAMES),
        **dict.fromkeys(("fhnameexists", "fhmeta", "fhnamemeta"), NAMES),
        **dict.fromkeys(("vetoed", "manual"), TRUTH | st.none()),
        "flag": st.lists(st.sampled_from(["ROLE:test", "UPLOAD", "VETOED:false"]), max_size=3),
        "status": st.lists(st.sampled_from(list(Status)), max_size=3),
        "obsolete": NAMES,
        "label": st.lists(st.sampled_from(list(Label)), max_size=3),
        **dict.fromkeys(("far_lt", "far_gt"), SECONDS | st.none()),
        "classification": st.lists(st.sampled_from(["BNS", "NSBH", "BBH"]), max_size=3),
        "p_gt": st.dictionaries(st.sampled_from(["BNS", "BBH"]), st.floats(0, 1), max_size=2),
        **dict.fromkeys(("modbefore", "modafter", "v0before", "v0after"), TIMES | st.none()),
        **dict.fromkeys(("sec_since_mod_gt", "sec_since_mod_lt"), SECONDS | st.none()),
        **dict.fromkeys(("sec_since_v0_gt", "sec_since_v0_lt"), SECONDS | st.none()),
        "sortkey": st.sampled_from(["eventtime", "eventid", "modtime", "v0time", "far", None]),
        "reverse": TRUTH,
        "limit": st.integers(min_value=0, max_value=10**9) | st.none(),
    },
).map(Downselection.read)


@given(DOWNSELECTIONS)
def test_a_downselection_is_read_back_from_its_text(downselection: Downselection) -> None:
    assert from_text(to_text(downselection)) == downselection


@given(DOWNSELECTIONS)
def test_a_downselection_is_read_back_from_its_pairs(downselection: Downselection) -> None:
    assert from_pairs(to_pairs(downselection)) == downselection


@given(DOWNSELECTIONS)
def test_a_downselection_is_read_back_from_its_json(downselection: Downselection) -> None:
    brief = downselection.model_dump_json(exclude_defaults=True)

    assert Downselection.model_validate_json(brief) == downselection
    assert Downselection.model_validate_json(downselection.model_dump_json()) == downselection


def test_the_strategy_says_something_of_every_criterion() -> None:
    said: set[str] = set()

    @settings(max_examples=300, derandomize=True)
    @given(DOWNSELECTIONS)
    def collect(downselection: Downselection) -> None:
        said.update(name for name, _ in to_pairs(downselection))

    collect()
    assert said == set(Downselection.model_fields)


def test_it_is_said_of_every_criterion_what_it_may_be() -> None:
    assert set(MAY_BE) == set(Downselection.model_fields)


def test_a_text_says_names_and_values() -> None:
    told = from_text("vetoed=false,fhnameexists=SkymapInfo,sec_since_v0_lt=86400")

    assert told == Downselection.of(
        vetoed=False, fhnameexists="SkymapInfo", sec_since_v0_lt=86400.0
    )


def test_several_names_are_written_one_by_one() -> None:
    told = from_text("fileexists=b.json,fileexists=a.json")

    assert told.fileexists == ("a.json", "b.json")
    assert to_text(told) == "fileexists=a.json,fileexists=b.json"


def test_only_what_was_asked_is_written_in_a_fixed_order() -> None:
    one = Downselection.of(limit=3, sec_since_v0_lt=86400, v0after="2023-09-14", vetoed=False)

    assert to_text(one) == (
        "vetoed=false,v0after=2023-09-14T00:00:00.000000Z,sec_since_v0_lt=86400,limit=3"
    )


def test_handler_classes_are_written_as_names() -> None:
    one = Downselection.of(fhexists=Skymap, fhmeta=Skymap)

    assert to_text(one) == f"fhexists={Skymap.FILENAME},fhmeta=Skymap"


@pytest.mark.parametrize("text", ["", "  "])
def test_the_empty_text_has_no_criteria(text: str) -> None:
    assert from_text(text) == Downselection()


def test_spaces_around_names_and_values_do_not_matter() -> None:
    assert from_text(" vetoed = true , limit = 3 ") == Downselection(vetoed=True, limit=3)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("vetoed", "vetoed has no value: it may be true or false; write vetoed=VALUE"),
        ("everything", "'everything' is no criterion: write name=value, as in vetoed=false"),
        ("vetoed=true,", "a criterion is empty: write name=value"),
        (",", "a criterion is empty: write name=value"),
        ("far_lt<1", "'far_lt<1' is no criterion: write name=value, as in far_lt=1"),
        ("far>1e-9", "'far>1e-9' is no criterion: write name=value, as in far_gt=1e-9"),
        ("status:failed", "write name=value, as in status=failed"),
        ("vetoed=", "vetoed has no value: it may be true or false"),
        ("fileexists= ", "fileexists has no value: it may be the name of a file"),
        ("status=maskd", "status='maskd': did you mean masked?"),
        ("label=Retracted", "label='Retracted': did you mean retracted?"),
        ("sortkey=modtim", "sortkey='modtim': did you mean modtime?"),
        ("far_lt=many", "far_lt='many': it may be a rate in Hz, 0 or more, as in 1e-9"),
        ("sec_since_mod_lt=inf", "sec_since_mod_lt='inf': it may be seconds, 0 or more"),
        ("vetoed=perhaps", "vetoed='perhaps': it may be true or false"),
        ("fhnameexists=a.b", "fhnameexists='a.b': it may be the name of a handler"),
        ("vetod=true", "no criterion 'vetod': did you mean 'vetoed'"),
        ("limit=1,limit=2", "limit is given twice"),
        ("limit=many", "limit='many': it may be a whole number"),
        ("sortkey=colour", "sortkey='colour': it may be one of eventtime, eventid, modtime"),
    ],
)
def test_a_text_that_is_not_understood_is_explained(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)) as told:
        from_text(text)

    assert "Input should" not in str(told.value)


def test_a_callable_sortkey_cannot_be_written() -> None:
    by_code = Downselection.of(sortkey=lambda event: event.eventid)

    for write in (to_text, Downselection.model_dump_json, Downselection.model_dump):
        with pytest.raises(ValueError, match="is code, which no text can say: name one of"):
            write(by_code)


def test_unknown_names_in_json_are_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Downselection.model_validate_json('{"vetod": true}')


def test_the_json_schema_names_the_sortkeys() -> None:
    told = Downselection.model_json_schema()["properties"]["sortkey"]["anyOf"][0]

    assert told == {"enum": [key.value for key in SortKey], "type": "string"}


MOMENT = datetime(2023, 9, 14, 11, 20, 30, 500000, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    [
        MOMENT,
        MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))),
        MOMENT.timestamp(),
        str(MOMENT.timestamp()),
        "2023-09-14T11:20:30.5Z",
        "2023-09-14T13:20:30.5+02:00",
        "2023-09-14 11:20:30.5Z",
        " 2023-09-14T11:20:30.500z ",
    ],
    ids=str,
)
def test_a_time_is_a_datetime_iso_text_or_posix_seconds(given: datetime | str | float) -> None:
    kept = Downselection.of(modafter=given).modafter

    assert kept is not None
    assert (kept, kept.tzinfo) == (MOMENT, UTC)


def test_a_date_is_its_midnight_in_utc() -> None:
    assert Downselection.of(v0before="2023-09-14").v0before == datetime(2023, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (datetime(2023, 9, 14), "has no time zone: add tzinfo=UTC"),  # noqa: DTZ001
        ("20230914", r"20230914 may be a date or seconds: write 2023-09-14, or 20230914\.0"),
        ("yesterday", "'yesterday' is no moment: write it like 2026-11-20T12:00Z"),
        ("nan", "'nan' is no moment"),
        (True, "true and false are no times"),
        (float("inf"), "inf POSIX seconds are not a time"),
        (1e30, "POSIX seconds are not a time"),
        (-1.0, "a year from 1970 to 2200"),
        ("1066-10-14", "is not from 1970 to 2200"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), "is out of reach"),
        ([], "it may be a moment, as in 2026-11-20T12:00Z, or an age"),
    ],
    ids=str,
)
def test_what_is_no_time_is_refused_with_a_reason(given: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Downselection.read({"v0after": given})
