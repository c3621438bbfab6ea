"""Background sets: what they say, their bytes, and files that are none."""

import io
import zipfile
from contextlib import suppress

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.handlers.background.arrays import HEADING, from_npz, to_npz
from llama.handlers.background.sets import BackgroundSet, p_value
from llama.handlers.sky.healpix import FloatArray
from tests.support.background_sets import a_recipe, a_set

ODDS = st.floats(0, 1e300, allow_nan=False)
ARRAYS = frozenset({"odds", "track_odds"})


def altered(content: bytes, **members: FloatArray) -> bytes:
    heading, arrays = from_npz(content, ARRAYS)
    return to_npz(heading, arrays | members)


def with_heading(content: bytes, *path: str, value: object) -> bytes:
    heading, arrays = from_npz(content, ARRAYS)
    said = orjson.loads(orjson.dumps(heading))
    place = said
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return to_npz(said, arrays)


def test_a_p_value_counts_trials_that_are_as_high_and_is_never_zero() -> None:
    simulated = np.array([0.0] * 6 + [1.0, 2.0, 2.0])

    found = [p_value(odds, simulated) for odds in (0.0, 0.5, 1.0, 2.0, 3.0)]

    assert found == [1.0, 0.4, 0.4, 0.3, 0.1]


@pytest.mark.parametrize("odds", [np.nan, -1.0])
def test_what_is_no_odds_has_no_p_value(odds: float) -> None:
    with pytest.raises(ValueError, match="no p-value"):
        a_set().p_value(odds)


@given(odds=st.lists(ODDS, min_size=1, max_size=60), one=ODDS, other=ODDS)
def test_higher_odds_never_have_a_higher_p_value(
    odds: list[float], one: float, other: float
) -> None:
    background = a_set(odds)

    low, high = sorted([one, other])

    assert 0 < background.p_value(high) <= background.p_value(low) <= 1
    assert background.p_value(0.0) == 1


@given(
    odds=st.lists(st.integers(0, 10**6), min_size=1, max_size=60),
    last_bits=st.floats(-1e-12, 1e-12),
)
def test_the_last_bits_of_odds_do_not_matter(odds: list[int], last_bits: float) -> None:
    background = a_set(odds)

    count = sum(one >= odds[0] for one in odds)

    assert background.p_value(odds[0] * (1 + last_bits)) == (count + 1) / (len(odds) + 1)


def test_a_track_is_judged_by_tracks() -> None:
    background = a_set([1.0, 2.0], [0.0, 0.0, 5.0])

    assert background.p_value(3.0) == pytest.approx(1 / 3)
    assert background.track_p_value(3.0) == pytest.approx(2 / 4)
    assert a_set().track_p_value(3.0) is None


def test_a_set_is_the_same_from_its_bytes_and_its_bytes_from_its_set() -> None:
    made = a_set([3.0, 0.0, 1e-12], [2.0, 0.0])

    read = BackgroundSet.from_bytes(made.content)

    assert (read.key, read.made, read.digest) == (made.key, made.made, made.digest)
    assert read.odds.tolist() == [0.0, pytest.approx(1e-12), 3.0]
    assert a_set([0.0, 1e-12, 3.0], [0.0, 2.0]).content == made.content


def test_another_key_seed_or_trial_is_another_digest() -> None:
    sets = [
        a_set(),
        a_set([0.0, 1.0]),
        a_set(recipe=a_recipe(seed=1)),
        a_set(recipe=a_recipe(group="Burst")),
        a_set(recipe=a_recipe("significant")),
        a_set(recipe=a_recipe(kind="mock")),
    ]

    assert len({one.digest for one in sets}) == len(sets)


def test_numpy_reads_the_file() -> None:
    with np.load(io.BytesIO(a_set([2.0, 1.0]).content)) as file:
        assert file["odds"].tolist() == [1.0, 2.0]
        assert orjson.loads(file[HEADING].tobytes())["key"]["search"] == "ensemble"


@pytest.mark.parametrize("odds", [[], [np.nan], [-1.0], [np.inf], [2.0, 1.0]])
def test_odds_that_are_none_are_refused(odds: list[float]) -> None:
    broken = altered(a_set().content, odds=np.array(odds))

    with pytest.raises(ValueError, match=r"trials|odds"):
        BackgroundSet.from_bytes(broken)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "llama background set 9"),
        (("key", "search"), "everything"),
        (("key", "instruments"), []),
        (("key", "population"), "imagined"),
        (("key", "settings_digest"), "0" * 64),
        (("key", "detector_digest"), "../../etc"),
        (("made", "seed"), -1),
        (("made", "settings", "beaming"), 20.0),
        (("surprise",), 1),
    ],
)
def test_headings_that_make_no_sense_are_refused(path: tuple[str, ...], value: object) -> None:
    broken = with_heading(a_set().content, *path, value=value)

    with pytest.raises(ValueError, match=r"."):
        BackgroundSet.from_bytes(broken)


@given(cut=st.integers(0, 2000), junk=st.binary(max_size=40))
def test_files_that_are_cut_or_scribbled_upon_are_refused_or_read(cut: int, junk: bytes) -> None:
    whole = a_set([0.0] * 40).content
    content = whole[: min(cut, len(whole) - 1)] + junk

    with pytest.raises(ValueError, match=r"."):
        BackgroundSet.from_bytes(content)


@given(
    member=st.sampled_from(["meta.npy", "odds.npy"]),
    place=st.integers(0, 400),
    byte=st.binary(min_size=1, max_size=1),
)
def test_whatever_byte_is_another_a_file_is_read_or_refused(
    member: str, place: int, byte: bytes
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_set([0.0] * 40).content)) as whole:
        members = {one: whole.read(one) for one in whole.namelist()}
    members[member] = members[member][:place] + byte + members[member][place + 1 :]
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in members.items():
            archive.writestr(name, inside)

    with suppress(ValueError):
        assert BackgroundSet.from_bytes(content.getvalue()).trials == 40


def test_compressed_files_are_refused_before_they_are_unfolded() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("odds.npy", b"\0" * 10_000_000)

    with pytest.raises(ValueError, match="more than itself"):
        BackgroundSet.from_bytes(bomb.getvalue())


def test_an_array_that_promises_more_than_it_has_is_refused() -> None:
    content = a_set([0.0] * 40).content

    with pytest.raises(ValueError, match=r"."):
        BackgroundSet.from_bytes(content.replace(b"'shape': (40,)", b"'shape': (99,)"))
