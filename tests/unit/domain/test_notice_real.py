"""Real alerts, where the shared data is present."""

from pathlib import Path

import pytest

from llama.domain.digests import digest_bytes
from llama.domain.notice import AlertType, Notice, RefusalReason, Refused, read_notice
from tests.support.notices import SHARED_ALERTS

pytestmark = pytest.mark.skipif(
    not SHARED_ALERTS.is_dir(), reason="real alerts (../shared/data/gw/alerts) are not here"
)

PLACEHOLDER = "_displayexample"


def read(path: Path) -> Notice:
    """Read a file that must be a notice."""
    notice = read_notice(path.read_bytes())
    assert isinstance(notice, Notice), (path, notice)
    return notice


def alerts(folder: str) -> list[Path]:
    """Return the whole alerts of a folder."""
    paths = sorted((SHARED_ALERTS / folder).glob("*.json"))
    return [path for path in paths if PLACEHOLDER not in path.name]


@pytest.mark.parametrize(("folder", "count"), [("MS181101ab", 6), ("stream-2023-04-25", 19)])
def test_reads_every_alert_and_finds_nothing_odd(folder: str, count: int) -> None:
    notices = [read(path) for path in alerts(folder)]

    assert len(notices) == count
    assert {notice.oddities for notice in notices} == {()}
    assert all(notice.is_test for notice in notices)


def test_attaches_the_map_that_was_published_beside_the_alert() -> None:
    folder = SHARED_ALERTS / "MS181101ab"

    notice = read(folder / "MS181101ab-ext-update.json")

    bayestar, combined = (
        digest_bytes((folder / f"{name}.multiorder.fits").read_bytes())
        for name in ("bayestar", "combined-ext")
    )
    assert (notice.aspects["skymap"], notice.aspects["external_skymap"]) == (bayestar, combined)


def test_tells_notices_of_one_time_apart() -> None:
    notices = [read(path) for path in alerts("MS181101ab")]

    assert len({notice.time_created for notice in notices}) == 4
    assert len({notice.identity for notice in notices}) == 6


def test_preliminary_and_initial_of_the_stream_carry_one_map() -> None:
    folder = SHARED_ALERTS / "stream-2023-04-25"
    initials = sorted(folder.glob("*-initial.json"))

    pairs = [
        (read(path), read(path.with_name(path.name.replace("initial", "preliminary"))))
        for path in initials
    ]

    assert pairs
    assert all(a.aspects["skymap"] == b.aspects["skymap"] for a, b in pairs)
    assert all(a.identity != b.identity for a, b in pairs)


def test_reads_retractions_by_their_heading_alone() -> None:
    paths = sorted((SHARED_ALERTS / "stream-2023-04-25").glob("*-retraction.json"))

    notices = [read(path) for path in paths]

    assert {notice.alert_type for notice in notices} == {AlertType.RETRACTION}
    assert {notice.event_time for notice in notices} == {None}


def test_keeps_alerts_whose_map_is_a_placeholder() -> None:
    paths = sorted((SHARED_ALERTS / "MS181101ab").glob(f"*{PLACEHOLDER}.json"))

    notices = [read(path) for path in paths]

    assert len(notices) == 5
    assert {notice.attached for notice in notices} == {()}
    assert all("event.skymap" in notice.oddities[0] for notice in notices)


def test_refuses_the_notice_of_an_external_trigger() -> None:
    raw = (SHARED_ALERTS / "igwn_superevent_hen_creation.json").read_bytes()

    detail = "an object without superevent_id, time_created"
    assert read_notice(raw) == Refused(RefusalReason.NOT_A_NOTICE, detail)


def test_refuses_files_of_other_formats() -> None:
    paths = sorted(SHARED_ALERTS.rglob("*.fits"))

    results = [read_notice(path.read_bytes()) for path in paths]

    assert results
    for result in results:
        assert isinstance(result, Refused)
        assert result.reason is RefusalReason.UNSUPPORTED_FORMAT
