"""Equal manifests become one."""

import pytest

from llama.domain.shared_manifests import MOST, shared
from schemas.files import Manifest
from tests.support.facts import a_pipeline

GRAPH = "alert -> skymap -> plot"


def read_again(manifest: Manifest) -> Manifest:
    return Manifest.model_validate_json(manifest.model_dump_json())


def test_equal_manifests_become_one() -> None:
    first = shared(a_pipeline(GRAPH))

    assert shared(read_again(first)) is first


@pytest.mark.parametrize("digest", ["0" * 64, a_pipeline("alert -> skymap").digest])
def test_a_manifest_stays_what_it_says(digest: str) -> None:
    shared(a_pipeline("alert -> skymap"))
    other = a_pipeline(GRAPH).model_copy(update={"digest": digest})

    assert shared(other) == other


def test_only_those_met_last_are_kept() -> None:
    first = shared(a_pipeline(GRAPH))
    for number in range(MOST):
        shared(first.model_copy(update={"digest": f"{number:064d}"}))

    assert shared(read_again(first)) is not first
