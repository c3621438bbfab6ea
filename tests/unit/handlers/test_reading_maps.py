"""Maps of every kind of the field are read, and broken ones are refused for good."""

import gzip
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.handler import PermanentError
from llama.handlers.sky.healpix import nested_to_ring, tile_area
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.writing import to_fits
from tests.unit.handlers.builders import (
    a_blob,
    a_fits,
    a_flat_fits,
    all_pixels,
    gzipped,
    uniform_sky,
    with_distance,
)

BLOB = a_blob(4)
PROB = BLOB.probability


def test_canonical_file_holds_the_map_and_is_stable() -> None:
    sky_map = with_distance(BLOB)

    content = to_fits(sky_map)
    again = read_map(content)

    assert again.pixels_digest() == sky_map.pixels_digest()
    assert to_fits(again) == content
    assert len(content) % 2880 == 0


def test_compression_row_order_and_header_leave_the_digest() -> None:
    shuffle = np.random.default_rng(1).permutation(len(BLOB.uniq))
    columns = {"PROBDENSITY": BLOB.probdensity[shuffle], "UNIQ": BLOB.uniq[shuffle]}
    shuffled = a_fits(columns, CREATOR="someone", DATE="2020-01-01")

    digests = {
        read_map(content).pixels_digest()
        for content in (
            to_fits(BLOB),
            shuffled,
            gzipped(shuffled, mtime=1),
            gzipped(shuffled, mtime=2),
        )
    }

    assert digests == {BLOB.pixels_digest()}


def test_distance_changes_pixels_but_not_localisation() -> None:
    near, far = with_distance(BLOB, mu=100.0), with_distance(BLOB, mu=200.0)

    assert near.pixels_digest() != far.pixels_digest()
    assert near.localisation_digest() == far.localisation_digest() == BLOB.localisation_digest()


def test_reads_uniq_stored_as_unsigned_numbers() -> None:
    columns = {"UNIQ": BLOB.uniq.astype(np.uint64), "PROBDENSITY": BLOB.probdensity}

    assert read_map(a_fits(columns)).pixels_digest() == BLOB.pixels_digest()


def flat_fits(kind: str) -> bytes:
    if kind == "nested":
        return a_flat_fits(PROB, ordering="NESTED")
    if kind == "old column name":
        return a_flat_fits(PROB, ordering="NESTED", column="PROBABILITY")
    if kind == "density":
        return a_flat_fits(BLOB.probdensity, ordering="NESTED", column="PROBDENSITY")
    if kind == "1024 values a row":
        return a_flat_fits(PROB.reshape(-1, 1024), ordering="NESTED")
    ring = nested_to_ring(np.arange(len(PROB)), 4)
    if kind == "explicit ring":
        return a_fits({"PIXEL": ring, "PROB": PROB}, ORDERING="RING", NSIDE=16)
    return a_flat_fits(PROB[np.argsort(ring)], ordering="RING")


@pytest.mark.parametrize(
    "kind",
    ["nested", "old column name", "density", "1024 values a row", "ring", "explicit ring"],
)
def test_reads_flat_maps_of_every_kind(kind: str) -> None:
    found = read_map(gzipped(flat_fits(kind)))

    assert found.uniq.tolist() == BLOB.uniq.tolist()
    np.testing.assert_allclose(found.probdensity, BLOB.probdensity, rtol=1e-12)


def test_single_precision_becomes_double() -> None:
    found = read_map(a_flat_fits(PROB.astype(np.float32), ordering="NESTED"))

    assert found.probdensity.dtype == np.float64
    np.testing.assert_allclose(found.probdensity, BLOB.probdensity, rtol=1e-6)


@pytest.mark.parametrize("order", [0, 3, 9])
def test_equal_pixels_of_a_flat_map_become_tiles_again(order: int) -> None:
    prob = np.full(12 << (2 * order), 1.0)
    prob[5] = 2.0
    prob /= prob.sum()

    found = read_map(gzipped(a_flat_fits(prob, ordering="NESTED")))

    assert len(found.uniq) <= 768 + 3 * order
    assert found.oddities == ()
    np.testing.assert_allclose(np.sum(found.probdensity * tile_area(found.uniq)), 1, rtol=1e-9)


def test_a_flat_map_that_differs_in_distance_only_keeps_its_pixels() -> None:
    shape = (12,)
    prob, mu = np.full(48, 1 / 48), np.arange(48.0)
    layers = {"DISTMU": mu, "DISTSIGMA": np.ones(48), "DISTNORM": np.ones(48)}

    found = read_map(a_fits({"PROB": prob, **layers}, ORDERING="NESTED", NSIDE=2))

    assert len(found.uniq) == 4 * shape[0]
    assert found.distmu is not None
    assert found.distmu.tolist() == mu.tolist()


def test_a_large_flat_map_is_read_in_little_memory() -> None:
    prob = np.repeat(np.linspace(1, 2, 12 * 4**6), 4**3)
    content = gzipped(a_flat_fits(prob / prob.sum(), ordering="NESTED"))
    del prob

    tracemalloc.start()
    found = read_map(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(found.uniq) == 12 * 4**6
    assert peak < 16e6, "25 MB of pixels were held at once"


def test_keeps_and_marks_what_is_odd() -> None:
    half = BLOB.probdensity[: len(BLOB.uniq) // 2] * 3

    found = MultiOrderMap.of(BLOB.uniq[: len(half)].copy(), half)

    assert "the map covers 50 % of the sky" in found.oddities
    assert any("total probability" in oddity for oddity in found.oddities)


def test_infinite_distances_are_kept_as_the_field_writes_them() -> None:
    layers = {"DISTMU": np.inf, "DISTSIGMA": 1.0, "DISTNORM": 0.0}
    columns = {name: np.full(len(BLOB.uniq), value) for name, value in layers.items()}

    found = read_map(a_fits({"UNIQ": BLOB.uniq, "PROBDENSITY": BLOB.probdensity, **columns}))

    assert found.distmu is not None
    assert np.isinf(found.distmu).all()


def test_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        BLOB.probdensity[0] = 1.0


def changed(index: int, *, uniq: int | None = None, density: float | None = None) -> bytes:
    numbers, values = BLOB.uniq.copy(), BLOB.probdensity.copy()
    numbers[index] = numbers[index] if uniq is None else uniq
    values[index] = values[index] if density is None else density
    return a_fits({"UNIQ": numbers, "PROBDENSITY": values})


GOOD = to_fits(BLOB)
BROKEN = {
    "not a FITS file": (b"not a map", "header of FITS part 0|ends within"),
    "does not begin": (b"<html>" * 1000, "does not begin with SIMPLE"),
    "no table": (a_fits({"FLUX": np.ones(3)}), "header of FITS part 2|no table"),
    "broken gzip": (gzipped(GOOD)[:-2000], "gzip broken|ends within"),
    "gzip of nothing": (b"\x1f\x8b" + b"\0" * 99, "gzip broken"),
    "truncated rows": (GOOD[:-30000], "ends within the table rows"),
    "negative": (changed(7, density=-1.0), "density -1.0 of tile UNIQ"),
    "not finite": (changed(7, density=np.nan), "density nan"),
    "no tile": (changed(7, uniq=3), "UNIQ 3 in row 7"),
    "twice the same": (changed(8, uniq=int(BLOB.uniq[7])), "overlap"),
    "parent and child": (changed(0, uniq=int(BLOB.uniq[7] // 4)), "overlap"),
    "zero everywhere": (a_flat_fits(PROB * 0, ordering="NESTED"), "0 everywhere"),
    "galactic": (a_flat_fits(PROB, ordering="NESTED", COORDSYS="G"), "COORDSYS G"),
    "no ordering": (a_fits({"PROB": PROB}, NSIDE=16), "ORDERING"),
    "wrong nside": (a_flat_fits(PROB, ordering="RING", NSIDE=32), "3072 pixels, but nside 32"),
    "odd nside": (a_fits({"PROB": np.ones(108)}, ORDERING="RING"), "nside 3 is not a power"),
    "a billion rows": (GOOD.replace(b"= %20d" % 3072, b"= %20d" % 10**9), "too many"),
    "wrong row size": (GOOD.replace(b"NAXIS1  = %20d" % 16, b"NAXIS1  = %20d" % 24), "need 16"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_refuses_for_good_what_is_no_map(name: str) -> None:
    content, reason = BROKEN[name]

    with pytest.raises(PermanentError, match=reason):
        read_map(content)


def test_refuses_a_gzip_bomb_without_unpacking_it() -> None:
    head = b"SIMPLE  =                    T".ljust(80) + b"COMMENT filler".ljust(80) * 35
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as bomb:
        for _ in range(1000):
            bomb.write((b" " * 2880) * 100 if bomb.tell() else head)

    tracemalloc.start()
    with pytest.raises(PermanentError, match="has no END"):
        read_map(stream.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8e6


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 2880 * 3 + 500), value=st.integers(0, 255))
def test_a_changed_byte_gives_a_map_or_a_refusal(at: int, value: int) -> None:
    content = bytearray(to_fits(uniform_sky(1)))
    content[at % len(content)] = value

    try:
        found = read_map(bytes(content))
    except PermanentError:
        return

    assert np.isfinite(found.probdensity).all()


def test_header_text_that_no_fits_file_can_hold_is_cleaned() -> None:
    sky_map = MultiOrderMap.of(all_pixels(0), np.full(12, 1 / (4 * np.pi)), meta={"OBJECT": "S1"})

    assert read_map(to_fits(sky_map)).meta == {"OBJECT": "S1"}
