"""What a file is made from, with all its ancestors, and with what it is made together."""

import pytest

from llama.domain.errors import PipelineError
from llama.domain.handler import (
    Dependency,
    FileHandler,
    Inputs,
    ancestors_of,
    dependencies_of,
    maker_of,
    uses,
)
from llama.domain.pipeline import pipeline_of, with_ancestors
from llama.domain.vetoes import veto_input
from tests.support.handlers_for_people import (
    Galaxies,
    GammaRays,
    Info,
    Neutrinos,
    Notice,
    Report,
    Significance,
    SignificancePlot,
    SignificanceTable,
    Sky,
    Window,
)


class Peak(FileHandler):
    FILENAME = "peak.json"

    def generate(self, inputs: Inputs) -> object:
        return b""


def test_a_bare_class_means_all_of_its_file() -> None:
    class Own(Peak):
        FILENAME = "own.txt"
        DEPENDENCIES = (Notice, uses(Sky, "pixels", "distance", optional=True), uses(Info))

    assert dependencies_of(Own) == (
        Dependency(Notice, ("whole",), optional=False),
        Dependency(Sky, ("pixels", "distance"), optional=True),
        Dependency(Info, ("whole",), optional=False),
    )
    assert uses(Notice) == Dependency(Notice, ("whole",), optional=False)


def test_what_is_declared_of_one_handler_in_several_places_adds_up() -> None:
    class Own(Peak):
        FILENAME = "own.txt"
        DEPENDENCIES = (
            uses(Notice, "map", optional=True),
            uses(Sky, "pixels", optional=True),
            Notice,
            uses(Sky, "distance", "pixels", optional=True),
        )

    assert dependencies_of(Own) == (
        Dependency(Notice, ("map", "whole"), optional=False),
        Dependency(Sky, ("pixels", "distance"), optional=True),
    )


def test_ur_dependencies_are_all_ancestors_in_an_order_that_can_be_made() -> None:
    order = list(Report.UR_DEPENDENCIES)

    assert set(order) == {
        *(Notice, Sky, Info, Window, Neutrinos, GammaRays, Galaxies),
        *(Significance, SignificanceTable, SignificancePlot),
        pipeline_of(with_ancestors([Report]))["Plot"],
    }
    for place, handler in enumerate(order):
        assert set(handler.UR_DEPENDENCIES) <= set(order[:place])
    assert Notice.UR_DEPENDENCIES == ()
    assert Report("S1").UR_DEPENDENCIES == Report.UR_DEPENDENCIES


def test_ur_dependencies_know_of_a_maker_that_was_written_later() -> None:
    class Table(FileHandler):
        FILENAME = "table.csv"

    class Reader(Peak):
        FILENAME = "reader.txt"
        DEPENDENCIES = (Table,)

    class Last(Peak):
        FILENAME = "last.txt"
        DEPENDENCIES = (Reader,)

    class Maker(Peak):
        FILENAME = "maker.txt"
        DEPENDENCIES = (Notice,)
        MANIFEST_TYPES = (Table,)

    assert (Notice, Maker, Table, Reader) == Last.UR_DEPENDENCIES
    assert set(with_ancestors([Last])) == {Notice, Maker, Table, Reader, Last}


def test_a_long_chain_has_all_its_ancestors() -> None:
    chain: list[type[FileHandler]] = [Peak]
    for number in range(2000):
        body = {"FILENAME": f"{number}.txt", "DEPENDENCIES": (chain[-1],)}
        chain.append(type(f"Link{number}", (Peak,), body))

    assert ancestors_of(chain[-1]) == tuple(chain[:-1])


def test_those_that_are_made_together_know_each_other_the_maker_first() -> None:
    together = (Significance, SignificanceTable, SignificancePlot)

    for handler in together:
        assert together == handler.MANIFEST_TYPES
        assert maker_of(handler) is Significance
        assert dependencies_of(handler) == dependencies_of(Significance)
        assert handler.UR_DEPENDENCIES == Significance.UR_DEPENDENCIES


def test_a_handler_alone_is_made_by_itself() -> None:
    assert (Peak,) == Peak.MANIFEST_TYPES
    assert maker_of(Peak) is Peak


def test_a_subclass_of_a_maker_makes_its_own_file_only() -> None:
    class Own(Significance):
        FILENAME = "own.json"

    assert (Own,) == Own.MANIFEST_TYPES
    assert Significance.MANIFEST_TYPES[0] is Significance


def test_a_file_has_one_maker() -> None:
    with pytest.raises(PipelineError, match="SignificancePlot is made by Significance already"):
        type("Second", (Peak,), {"FILENAME": "2", "MANIFEST_TYPES": (SignificancePlot,)})


def test_a_maker_can_be_written_again_as_in_a_notebook() -> None:
    class Table(FileHandler):
        FILENAME = "table.csv"

    body = {"FILENAME": "maker.txt", "MANIFEST_TYPES": (Table,)}
    type("Maker", (Peak,), dict(body))
    again = type("Maker", (Peak,), dict(body))

    assert maker_of(Table) is again
    assert (again, Table) == Table.MANIFEST_TYPES


def test_a_veto_looks_at_what_is_there_only() -> None:
    def with_veto(name: str, aspect: str, *needs: type[FileHandler]) -> type[FileHandler]:
        vetoes = (veto_input(Info, aspect, is_=0),)
        return type(
            name, (Peak,), {"FILENAME": name, "VETOES": vetoes, "DEPENDENCIES": (Notice, *needs)}
        )

    with pytest.raises(PipelineError, match="a veto of Apart looks at Info: add it to its DEPEND"):
        pipeline_of(with_ancestors([with_veto("Apart", "far"), Info]))
    with pytest.raises(PipelineError, match="looks at nothing of Info, which has none: add it to"):
        pipeline_of(with_ancestors([with_veto("Blind", "nothing", Info)]))
    assert "Fit" in pipeline_of(with_ancestors([with_veto("Fit", "far", Info)]))
