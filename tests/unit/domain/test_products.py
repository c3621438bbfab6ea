"""What a handler returned, as one product for each file that it makes."""

from datetime import UTC, datetime

import pytest

from llama.domain.digests import digest_bytes
from llama.domain.handler import Product
from llama.domain.products import products_of
from tests.support.handlers_for_people import (
    Info,
    Plot,
    Significance,
    SignificancePlot,
    SignificanceTable,
)

FULL = Product(b"png", {"first": digest_bytes(b"p")}, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("returned", "product"),
    [(b"png", Product(b"png")), ("é", Product("é".encode())), (FULL, FULL), (b"", Product(b""))],
)
def test_one_file_is_bytes_a_text_or_a_product(returned: object, product: Product) -> None:
    assert products_of(Plot("S1"), returned) == {"sky.png": product}


@pytest.mark.parametrize("returned", [5, [b"png"], {"sky.png": b"png"}, bytearray(b"png")])
def test_anything_else_is_refused_with_what_to_return(returned: object) -> None:
    kind = type(returned).__name__

    with pytest.raises(TypeError, match=f"Plot returned a {kind}: return bytes, a text or a Prod"):
        products_of(Plot("S1"), returned)


def test_nothing_at_all_is_refused_with_what_to_do() -> None:
    for handler, files in ((Plot, r"sky\.png"), (Info, r"info\.json")):
        with pytest.raises(TypeError, match=f"returned nothing and did not write {files}: return"):
            products_of(handler("S1"), None)


def test_several_files_are_a_mapping_by_class_or_by_its_name() -> None:
    by_class = {SignificancePlot: b"png", Significance: {"p_value": 1}, SignificanceTable: "p"}
    by_name = {handler.__name__: content for handler, content in by_class.items()}

    products = products_of(Significance("S1"), by_class)

    assert list(products) == ["significance.json", "significance.csv", "significance.png"]
    assert products["significance.csv"] == Product(b"p")
    assert products == products_of(Significance("S1"), by_name)


def test_each_of_several_files_is_encoded_by_its_own_class() -> None:
    contents = {Significance: {"p_value": 1}, SignificancePlot: FULL, SignificanceTable: "p"}

    products = products_of(Significance("S1"), contents)

    assert products["significance.json"].content == b'{"p_value":1}\n'
    assert products["significance.json"].aspects.keys() == {"p_value"}
    assert products["significance.png"] is FULL


@pytest.mark.parametrize(
    ("returned", "was"),
    [
        ({Significance: {}}, "Significance"),
        ({Significance: {}, SignificancePlot: b"", Plot: b""}, "Plot, Significance, Signif"),
        ({}, "dict"),
        (b"png", "bytes"),
    ],
)
def test_too_few_too_many_or_other_files_are_refused(returned: object, was: str) -> None:
    with pytest.raises(TypeError, match=f"Significance returned {was}.* instead of Significance, "):
        products_of(Significance("S1"), returned)
