"""The sparse index of a segment."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from llama.embedded.broker.index import SparseIndex


def test_an_empty_index_points_to_the_beginning():
    index = SparseIndex(100)

    assert index.position_before(5) == index.boundary_within(5) == 0
    assert index.position_before_time(5) == 0
    assert index.max_timestamp == -1


def test_remembers_one_batch_per_interval():
    index = SparseIndex(100)
    for number in range(1000):
        index.note(number, number * 10, max_timestamp=0)

    assert len(index) == 100


batches = st.lists(
    st.tuples(st.integers(1, 50), st.integers(1, 300), st.integers(0, 1000)), min_size=1
)


@given(batches, st.integers(1, 500), st.integers(0, 3000))
def test_never_skips_what_is_looked_for(
    lengths: list[tuple[int, int, int]], interval: int, wanted: int
):
    """Each length is (offsets, bytes, timestamp) of a batch."""
    index, offset, position = SparseIndex(interval), 0, 0
    placed: list[tuple[int, int, int]] = []
    for offsets, size, timestamp in lengths:
        index.note(offset, position, max_timestamp=timestamp)
        placed.append((offset, position, timestamp))
        offset, position = offset + offsets, position + size

    starts = [start for start, _, _ in placed]
    holding = placed[max(bisect_left(starts, wanted + 1) - 1, 0)]
    reaching = [at for _, at, timestamp in placed if timestamp >= wanted]
    assert index.position_before(wanted) <= holding[1]
    assert index.boundary_within(wanted) <= wanted
    assert index.boundary_within(wanted) in {at for _, at, _ in placed}
    if reaching:
        assert index.position_before_time(wanted) <= reaching[0]
