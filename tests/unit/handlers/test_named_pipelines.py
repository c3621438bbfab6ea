"""The pipelines that have names: what is in each, and that they start."""

from collections.abc import Iterable

import pytest

from llama.client.pipeline import Pipeline
from llama.domain.discovery import NAMED_PIPELINES
from llama.domain.kinds import TriggeredHandler, UploadReceiptHandler
from llama.domain.resources import without_resources
from llama.runtime.pipelines import load_pipeline


def left_out_of(name: str) -> set[str]:
    """Return which handlers of the default a pipeline does not have."""
    default, other = Pipeline.from_module("default"), Pipeline.from_module(name)
    assert set(other.values()) <= set(default.values())
    return set(default) - set(other)


def that_speak(handlers: Iterable[object]) -> set[object]:
    return {
        one
        for one in handlers
        if isinstance(one, type)
        and (issubclass(one, UploadReceiptHandler) or getattr(one, "SPEAKS_WHEN_WITHDRAWN", False))
    }


@pytest.mark.parametrize("name", NAMED_PIPELINES)
def test_a_named_pipeline_can_be_started(name: str) -> None:
    loaded = load_pipeline(name)

    Pipeline(*loaded.values()).check_consistency()
    assert loaded == load_pipeline(NAMED_PIPELINES[name])


def test_low_significance_alerts_have_no_circular() -> None:
    assert left_out_of("subthreshold") == {"Circular"}


def test_a_review_tells_the_world_nothing() -> None:
    assert left_out_of("review") == {"PublishNotice", "RaiseAlarm"}
    assert not that_speak(load_pipeline("review").values())
    assert that_speak(load_pipeline("default").values())


def test_every_file_of_the_default_can_be_reached_from_the_notice() -> None:
    default = load_pipeline("default")
    files = without_resources(default).values()

    assert [one.__name__ for one in files if issubclass(one, TriggeredHandler)] == ["Alert"]
    assert all(default["Alert"] in (one, *one.UR_DEPENDENCIES) for one in files)
