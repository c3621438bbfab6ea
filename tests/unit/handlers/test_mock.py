"""Mock notices look like real ones, are marked as mock, and are the same every time."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest
from astropy.table import Table

from llama.handlers.mock import DELAY_ERROR_S, mock_name, mock_neutrinos, mock_notice
from llama.handlers.neutrinos.source import source_from
from llama.handlers.sky.distance import moments
from llama.handlers.sky.healpix import Positions
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.model import drawn_source
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.regions import TileFinder, credible_areas, credible_levels
from tests.support.joint_search import direction

MERGED = datetime(2026, 11, 22, 15, 3, 7, 125000, tzinfo=UTC)


def sky_map_of(notice: bytes) -> MultiOrderMap:
    return read_map(b64decode(orjson.loads(notice)["event"]["skymap"]))


@pytest.mark.parametrize("alert_type", [*DELAY_ERROR_S, "RETRACTION"])
def test_notices_obey_the_official_schema(shared_data: Path, alert_type: str) -> None:
    import jsonschema

    path = shared_data / "schemas" / "igwn" / "igwn.alerts.Alert.schema.json"
    checker = jsonschema.Draft202012Validator(
        orjson.loads(path.read_bytes()), format_checker=jsonschema.FormatChecker()
    )

    checker.validate(orjson.loads(mock_notice(MERGED, alert_type=alert_type, rounds=0)))


def test_notices_are_the_same_for_the_same_arguments() -> None:
    assert mock_notice(MERGED, seed=4, rounds=1) == mock_notice(MERGED, seed=4, rounds=1)
    assert mock_notice(MERGED, seed=4, rounds=1) != mock_notice(MERGED, seed=5, rounds=1)


@pytest.mark.parametrize(
    ("second", "seed", "name"),
    [(0, 0, "MS261122a"), (25, 0, "MS261122z"), (26, 0, "MS261122aa"), (0, 1, "MS261122dwuc")],
)
def test_names_count_the_seconds_of_the_day(second: int, seed: int, name: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=second)

    assert mock_name(at, seed=seed) == name


def test_the_notice_is_younger_than_the_event_by_the_latency() -> None:
    notice = orjson.loads(mock_notice(MERGED, rounds=0, latency=timedelta(minutes=5)))

    assert notice["event"]["time"] == "2026-11-22T15:03:07.125Z"
    assert notice["time_created"] == "2026-11-22T15:08:07Z"


@pytest.mark.parametrize("rounds", [0, 3, 7])
def test_each_round_splits_768_tiles(rounds: int) -> None:
    sky_map = sky_map_of(mock_notice(MERGED, rounds=rounds))

    assert len(sky_map.uniq) == 3072 + 2304 * rounds
    assert sky_map.oddities == ()


def test_later_notices_are_sharper_and_preliminary_and_initial_are_one() -> None:
    maps = {kind: sky_map_of(mock_notice(MERGED, alert_type=kind)) for kind in DELAY_ERROR_S}

    areas = [credible_areas(sky_map, (0.9,))[0] for sky_map in maps.values()]

    assert areas[0] > areas[1] == areas[2] > areas[3] > 10
    assert maps["PRELIMINARY"].pixels_digest() == maps["INITIAL"].pixels_digest()


@pytest.mark.parametrize("seed", range(8))
def test_the_source_is_where_the_map_says(seed: int) -> None:
    source = drawn_source(MERGED, seed=seed, delay_error_s=DELAY_ERROR_S["INITIAL"])
    sky_map = sky_map_of(mock_notice(MERGED, seed=seed, alert_type="INITIAL", rounds=5))
    x, y, z = source.direction
    at = Positions(
        np.array([np.rad2deg(np.arctan2(y, x)) % 360]), np.array([np.rad2deg(np.arcsin(z))])
    )

    tile = TileFinder(sky_map).tiles_at(at)

    assert credible_levels(sky_map)[tile[0]] < 0.9


def test_the_stated_distance_is_that_of_the_layers() -> None:
    sky_map = sky_map_of(mock_notice(MERGED, rounds=2))

    found = moments(sky_map)

    assert found is not None
    assert sky_map.meta["DISTMEAN"] == pytest.approx(found.mean_mpc)
    assert sky_map.meta["DISTSTD"] == pytest.approx(found.std_mpc)


def test_refuses_unknown_types_and_naive_times() -> None:
    with pytest.raises(ValueError, match="alert type 'NEWS'"):
        mock_notice(MERGED, alert_type="NEWS")
    with pytest.raises(ValueError, match="no time zone"):
        mock_notice(MERGED.replace(tzinfo=None))


@pytest.mark.filterwarnings("ignore")
def test_other_software_reads_the_map(tmp_path: Path) -> None:
    from ligo.skymap.io.fits import read_sky_map

    path = tmp_path / "mock.fits"
    path.write_bytes(b64decode(orjson.loads(mock_notice(MERGED, rounds=1))["event"]["skymap"]))

    table = read_sky_map(str(path), moc=True, distances=True)

    assert isinstance(table, Table)
    assert len(table) == 5376
    assert dict(table.meta or {})["objid"] == mock_name(MERGED)


def test_a_track_comes_from_the_mock_source_soon_after_the_merger() -> None:
    source = source_from(mock_neutrinos(MERGED))

    found = source.tracks(MERGED, MERGED + timedelta(minutes=5))

    (track,) = (one for one in found if one.id.startswith("injected-"))
    place = drawn_source(MERGED, seed=0, delay_error_s=1e-4).direction
    apart_deg = np.degrees(np.arccos(place @ direction(track.ra_deg, track.dec_deg)))
    assert track.time == MERGED + timedelta(seconds=30)
    assert 0 < apart_deg < 5 * track.sigma_deg
