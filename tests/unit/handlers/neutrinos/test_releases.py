"""The public releases, as they are downloaded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from llama.domain.errors import Misconfigured
from llama.handlers.neutrinos.icecat import IceCat
from llama.handlers.neutrinos.release import Release

WINDOW = timedelta(seconds=500)


@pytest.fixture(scope="module")
def release(shared_data: Path) -> Release:
    return Release(shared_data / "neutrinos" / "icecube_10yr_ps")


@pytest.fixture(scope="module")
def catalogue(shared_data: Path) -> IceCat:
    return IceCat(shared_data / "neutrinos" / "icecat1" / "IceCube_Gold_Bronze_Tracks.csv")


def test_ic40_has_its_events_and_live_time(release: Release) -> None:
    assert len(release.events) == 36_900
    assert release.live_s == pytest.approx(376.36 * 86400, rel=1e-4)


def test_a_time_span_gives_its_tracks(release: Release) -> None:
    start = datetime(2008, 4, 6, 9, 0, tzinfo=UTC)
    tracks = release.tracks(start, start + timedelta(minutes=20))
    assert len(tracks) == 3
    first = tracks[0]
    assert (first.ra_deg, first.dec_deg, first.sigma_deg) == (203.024, 16.76, 0.48)
    assert first.energy_gev == pytest.approx(10**3.31)
    assert (first.zenith_deg, first.azimuth_deg) == (106.712, 218.374)


def test_every_event_can_be_read_and_has_a_name_of_its_own(release: Release) -> None:
    tracks = release.tracks(datetime(2008, 1, 1, tzinfo=UTC), datetime(2010, 1, 1, tzinfo=UTC))
    assert len({track.id for track in tracks}) == len(tracks) == 36_900


def test_only_its_seasons_are_covered(release: Release) -> None:
    inside = datetime(2008, 8, 1, tzinfo=UTC)
    assert release.covers(inside, inside + WINDOW)
    assert not release.covers(inside.replace(year=2015), inside.replace(year=2015) + WINDOW)


def test_an_effective_area_is_a_table_by_energy_and_declination(release: Release) -> None:
    energies, declinations, areas = release.effective_area("IC86_II")
    assert areas.shape == (len(energies) - 1, len(declinations) - 1) == (40, 50)
    assert np.diff(np.sin(np.radians(declinations))) == pytest.approx(np.full(50, 0.04), abs=2e-4)
    assert np.all(areas >= 0)


def test_the_catalogue_gives_all_of_its_tracks(catalogue: IceCat) -> None:
    known = {track.id: track for track in catalogue.all_tracks}
    assert len(known) == 348
    first = known["118178.17334444"]
    assert first.time == datetime(2011, 5, 14, 1, 32, 22, 654109, tzinfo=UTC)
    assert (first.ra_deg, first.dec_deg, first.energy_gev) == (138.47, -1.94, 187_000.0)
    assert first.sigma_deg == pytest.approx((5.23 * 0.99939 * 1.045) ** 0.5 / 2.145966, rel=1e-3)


def test_no_catalogued_track_lies_within_500_s_of_a_candidate_of_o3(
    catalogue: IceCat, shared_data: Path
) -> None:
    candidates = _candidates(shared_data / "gw" / "SuperEvents_latest.tbl")
    found = [
        track for time in candidates for track in catalogue.tracks(time - WINDOW, time + WINDOW)
    ]
    assert len(candidates) == 56
    assert all(catalogue.covers(time - WINDOW, time + WINDOW) for time in candidates)
    assert found == []


def _candidates(table: Path) -> list[datetime]:
    """Return the times of the candidates: GPS seconds, 18 s ahead of UTC throughout O3."""
    gps = datetime(1980, 1, 6, tzinfo=UTC)
    rows = [line for line in table.read_text().splitlines() if line.startswith("S")]
    found = [next(field for field in row.split() if field.startswith("12")) for row in rows]
    return [gps + timedelta(seconds=float(field.split(",")[0]) - 18.0) for field in found]


def test_what_is_missing_or_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    with pytest.raises(Misconfigured, match=r"no events/\*_exp.csv"):
        Release(tmp_path).events  # noqa: B018
    (tmp_path / "events" / "IC40_exp.csv").write_text("1 2 3\n")
    with pytest.raises(Misconfigured, match="7 columns are needed"):
        Release(tmp_path).events  # noqa: B018
    (tmp_path / "events" / "IC40_exp.csv").write_text("<html>\n")
    with pytest.raises(Misconfigured, match="no table of numbers"):
        Release(tmp_path).events  # noqa: B018


@pytest.mark.parametrize("content", ["NAME,RA\nx,1\n", "RUNID,EVENTID,START\n1,2,never\n"])
def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "icecat.csv"
    path.write_text(content)
    with pytest.raises(Misconfigured, match="is not IceCat's CSV file"):
        IceCat(path).all_tracks  # noqa: B018
    with pytest.raises(Misconfigured, match="cannot be read"):
        IceCat(tmp_path / "none.csv").all_tracks  # noqa: B018


def test_an_ellipse_of_icecat_becomes_a_circle_of_its_area(tmp_path: Path) -> None:
    """Errors of right ascension are told in degrees of it: at 60 degrees north they count half."""
    path = tmp_path / "icecat.csv"
    path.write_text(
        "RUNID,EVENTID,START,RA,DEC,ENERGY,RA_ERR_PLUS,RA_ERR_MINUS,DEC_ERR_PLUS,DEC_ERR_MINUS\n"
        "1,2,2020-01-01T00:00:00,10,60,100,4,4,2,2\n"
    )

    (track,) = IceCat(path).all_tracks

    assert track.sigma_deg == pytest.approx(2.0 / 2.145966, abs=1e-6)
