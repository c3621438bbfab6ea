"""Handlers that do not fit together are refused before anything is made."""

from itertools import permutations
from typing import Any

import pytest

from llama.domain.errors import PipelineError
from llama.domain.handler import Dependency, FileHandler, Inputs, Product, uses
from llama.domain.kinds import TriggeredHandler
from llama.domain.manifests import manifest_of
from llama.domain.pipeline import pipeline_of


class Notice(TriggeredHandler):
    FILENAME = "notice.json"
    ASPECTS = ("map",)


def a_handler(name: str, *needs: Dependency, file: str = "") -> type[FileHandler]:
    def generate(self: FileHandler, inputs: Inputs) -> Product:
        return Product(b"")

    body: dict[str, Any] = {
        "FILENAME": file or f"{name.lower()}.txt",
        "DEPENDENCIES": needs,
        "generate": generate,
    }
    return type(name, (FileHandler,), body)


def test_ancestors_come_first_whatever_the_order_given() -> None:
    sky = a_handler("Sky", uses(Notice, "map"))
    plot = a_handler("Plot", uses(sky))
    orders = [list(pipeline_of(order)) for order in permutations([plot, Notice, sky])]

    assert orders == [["Notice", "Sky", "Plot"]] * 6


def test_equal_pipelines_have_equal_digests() -> None:
    sky = a_handler("Sky", uses(Notice, "map"))

    digests = {manifest_of(pipeline_of(order)).digest for order in permutations([Notice, sky])}

    assert len(digests) == 1


def test_a_circle_is_refused_by_the_names_in_it() -> None:
    first = a_handler("First")
    second = a_handler("Second", uses(first))
    first.DEPENDENCIES = (uses(second),)

    with pytest.raises(PipelineError, match=r"in a circle: .*First.*Second|Second.*First"):
        pipeline_of([first, second])


def test_a_dependency_that_is_not_among_them_is_named() -> None:
    sky = a_handler("Sky", uses(Notice, "map"))

    with pytest.raises(PipelineError, match="Sky depends on Notice, which is not among them"):
        pipeline_of([sky])


def test_two_handlers_of_one_file_are_refused() -> None:
    with pytest.raises(PipelineError, match=r"both called same\.txt"):
        pipeline_of([a_handler("A", file="same.txt"), a_handler("B", file="same.txt")])


def test_an_aspect_that_never_comes_is_refused() -> None:
    sky = a_handler("Sky", uses(Notice, "mapp"))

    with pytest.raises(PipelineError, match="uses mapp of Notice, which has only whole, map"):
        pipeline_of([Notice, sky])
