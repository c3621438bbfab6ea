"""Which pipeline runs: kept for those who ask later, and compared with what they ask for."""

from pathlib import Path

import pytest

from llama.runtime.deployment import (
    Deployment,
    deployment_of,
    keep_deployment,
    last_deployment,
    refusal_of,
    started_in_words,
)
from llama.runtime.settings import Settings

DEFAULT = Deployment(module="llama.handlers", handlers=25)
OWN = Deployment(module="my", handlers=1)


def settings(home: Path, **given: str) -> Settings:
    return Settings.model_validate({"home": home, **given})


def test_the_pipeline_that_was_started_is_known_afterwards(tmp_path: Path) -> None:
    assert last_deployment(settings(tmp_path)) is None

    keep_deployment(settings(tmp_path), OWN)

    assert last_deployment(settings(tmp_path)) == OWN


def test_a_damaged_file_tells_of_no_pipeline(tmp_path: Path) -> None:
    keep_deployment(settings(tmp_path), OWN)
    [path] = (tmp_path / "run").iterdir()
    path.write_text("{")

    assert last_deployment(settings(tmp_path)) is None


@pytest.mark.parametrize("pipeline", ["default", "llama.handlers"])
def test_a_pipeline_that_has_a_short_name_goes_by_it(pipeline: str, tmp_path: Path) -> None:
    deployed = deployment_of(settings(tmp_path, pipeline=pipeline))

    assert (deployed, deployed.name) == (DEFAULT, "default")


def test_what_is_started_is_told_and_that_it_was_another_one_before() -> None:
    assert started_in_words(DEFAULT, None) == "pipeline default (25 handlers)"
    assert started_in_words(OWN, OWN) == "pipeline my (1 handler)"
    assert "; before it was my: what only that makes stays" in started_in_words(DEFAULT, OWN)


def test_only_another_pipeline_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    assert refusal_of(settings(tmp_path), OWN) == ""
    assert refusal_of(settings(tmp_path, pipeline="default"), DEFAULT) == ""
    assert refusal_of(settings(tmp_path, pipeline="llama.handlers"), DEFAULT) == ""

    told = refusal_of(settings(tmp_path, pipeline="my"), DEFAULT)

    assert "with pipeline default (25 handlers) and not with LLAMA_PIPELINE=my: stop it" in told
