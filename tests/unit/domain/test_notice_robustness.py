"""Whatever comes, the reader answers with a sound notice or a refusal, and never raises."""

import json
import re
from collections.abc import Iterator
from typing import cast

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llama.domain.digests import digest_bytes
from llama.domain.notice import AlertType, Limits, Notice, RefusalReason, Refused, read_notice
from tests.support.notices import (
    MISSING,
    SHARED_ALERTS,
    a_notice,
    a_retraction,
    an_event,
    an_external,
    mutants,
)

SMALL = Limits(max_map_bytes=1_000_000)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PRINTABLE = re.compile(r"[ -~]*")

needs_shared_alerts = pytest.mark.skipif(
    not SHARED_ALERTS.is_dir(), reason="real alerts (../shared/data/gw/alerts) are not here"
)


def strings(value: object) -> Iterator[str]:
    """Yield all strings in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in cast(dict[str, object], value).items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in cast(list[object], value):
            yield from strings(item)


def check_notice(notice: Notice) -> None:
    """Assert what holds for every notice."""
    alert = orjson.loads(notice.alert)
    assert json.loads(notice.alert) == alert
    assert not [text for text in strings(alert) if re.search("[\0\ud800-\udfff]", text)]
    assert re.fullmatch("[MT]?S[0-9]{6}[a-z]{1,8}", notice.superevent_id)
    assert notice.alert_type in AlertType
    assert [digest_bytes(held) for held in notice.attachments.values()] == [*notice.attachments]
    assert {notice.aspects[name] for name in notice.attached} == set(notice.attachments)
    assert len(notice.oddities) <= 32
    assert all(PRINTABLE.fullmatch(oddity) and len(oddity) <= 200 for oddity in notice.oddities)


def check(result: Notice | Refused) -> None:
    """Assert what holds for every answer of the reader."""
    if isinstance(result, Notice):
        check_notice(result)
    else:
        assert result.reason in RefusalReason
        assert PRINTABLE.fullmatch(result.detail)
        assert 0 < len(result.detail) <= 300


@pytest.mark.parametrize("seed", range(4))
def test_answers_ten_thousand_mutants_soundly(seed: int) -> None:
    raw = a_notice(external_coinc=an_external())

    for mutant in mutants(raw, 2_500, seed):
        check(read_notice(mutant, limits=SMALL))


def test_mutants_reach_notices_and_nearly_every_refusal() -> None:
    raw = a_notice(external_coinc=an_external())

    results = [read_notice(mutant, limits=SMALL) for mutant in mutants(raw, 5_000, seed=0)]

    reasons = {result.reason for result in results if isinstance(result, Refused)}
    of_others = {RefusalReason.BAD_NEUTRINO, RefusalReason.BAD_TRIGGER, RefusalReason.DAMAGED}
    assert reasons == set(RefusalReason) - of_others - {RefusalReason.TOO_LARGE}
    assert sum(isinstance(result, Notice) and bool(result.oddities) for result in results) > 500


def test_mutants_are_the_same_for_the_same_seed() -> None:
    first, again, other = (list(mutants(a_notice(), 200, seed)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


@needs_shared_alerts
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("MS181101ab/MS181101ab-retraction.json", 1000),
        ("MS181101ab/MS181101ab-ext-update_displayexample.json", 1000),
        ("MS181101ab/MS181101ab-update.json", 60),
    ],
)
def test_answers_mutants_of_real_alerts_soundly(name: str, count: int) -> None:
    raw = (SHARED_ALERTS / name).read_bytes()

    for mutant in mutants(raw, count, seed=5):
        check(read_notice(mutant))


@UNHURRIED
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_answers_any_bytes_soundly(raw: bytes) -> None:
    check(read_notice(raw))


def any_json() -> st.SearchStrategy[object]:
    """Return JSON as Python writes it, with NaN and half surrogate pairs."""
    text = st.text(st.characters(exclude_categories=()), max_size=12)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | text
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=12,
    )


@UNHURRIED
@given(event=any_json(), external=any_json(), urls=any_json(), rest=any_json())
def test_keeps_every_notice_with_a_readable_heading(
    event: object, external: object, urls: object, rest: object
) -> None:
    result = read_notice(a_notice(event=event, external_coinc=external, urls=urls, rest=rest))

    assert isinstance(result, Notice)
    check_notice(result)


@UNHURRIED
@given(changes=st.dictionaries(st.sampled_from(sorted(an_event())), any_json()))
def test_keeps_every_notice_whatever_the_fields_of_its_event(changes: dict[str, object]) -> None:
    result = read_notice(a_notice(event=an_event(**changes)))

    assert isinstance(result, Notice)
    check_notice(result)


@UNHURRIED
@given(superevent_id=st.text(max_size=20) | st.from_regex("[MT]?S[0-9]{6}[a-z]{1,8}"))
def test_takes_an_id_only_in_its_one_form(superevent_id: str) -> None:
    result = read_notice(a_retraction(superevent_id=superevent_id))

    is_well_formed = re.fullmatch("[MT]?S[0-9]{6}[a-z]{1,8}", superevent_id) is not None
    assert isinstance(result, Notice) is is_well_formed


@UNHURRIED
@given(content=st.binary(min_size=1, max_size=300))
def test_attaches_the_bytes_of_any_map_unchanged(content: bytes) -> None:
    result = read_notice(a_notice(event=an_event(skymap=content)))

    assert isinstance(result, Notice)
    assert list(result.attachments.values()) == [content]


@UNHURRIED
@given(order=st.permutations(sorted(json.loads(a_notice()))), spaces=st.integers(0, 3))
def test_reads_the_same_from_any_order_of_keys(order: list[str], spaces: int) -> None:
    body = json.loads(a_notice())
    turned = json.dumps({key: body[key] for key in order}, indent=spaces).encode()

    assert read_notice(turned) == read_notice(a_notice())


@UNHURRIED
@given(missing=st.sets(st.sampled_from(sorted(an_event()))))
def test_keeps_a_notice_whatever_its_event_lacks(missing: set[str]) -> None:
    lacking = dict.fromkeys(missing, MISSING)

    result = read_notice(a_notice(event=an_event(**lacking)))

    assert isinstance(result, Notice)
    assert ("skymap" in result.attached) is ("skymap" not in missing)
