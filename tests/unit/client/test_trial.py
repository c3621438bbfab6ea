"""Trying one handler: three lines, and the same refusals as in a service."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from llama import (
    FileHandler,
    GivenFile,
    Inputs,
    NotYet,
    PermanentError,
    Product,
    TriggeredHandler,
    UploadReceiptHandler,
    try_handler,
    uses,
)
from llama.client.workshop import open_outlet
from llama.domain.digests import digest_bytes
from tests.support.handlers_for_people import (
    Circular,
    CircularReceipt,
    Galaxies,
    Info,
    Neutrinos,
    Notice,
    Plot,
    Significance,
    SignificancePlot,
    SignificanceTable,
    Sky,
    Window,
)


class Echo(FileHandler):
    """Says its input again, and where it writes."""

    FILENAME = "echo.txt"
    DEPENDENCIES = (Window,)
    FLAGS = ("ROLE", "UPLOAD")

    def generate(self, inputs: Inputs) -> object:
        flags = f"{inputs.flags['ROLE']} {inputs.flags['UPLOAD']} {len(inputs.flags)}"
        return f"{inputs[Window].content.decode()}|{self.eventid}|{flags}"


class Writer(FileHandler):
    """Writes what its input names, instead of returning it."""

    FILENAME = "writer.txt"
    DEPENDENCIES = (uses(Window, optional=True),)

    def generate(self, inputs: Inputs) -> None:
        names = inputs[Window].content.decode() if Window in inputs else self.FILENAME
        for name in names.split():
            (self.eventdir / name).write_text("written")


class Along(FileHandler):
    FILENAME = "along.txt"


class Both(FileHandler):
    FILENAME = "both.txt"
    MANIFEST_TYPES = (Along,)

    def generate(self, inputs: Inputs) -> None:
        self.fullpath.write_text("both")
        Along(self).fullpath.write_text("along")


def test_three_lines_are_enough() -> None:
    made = try_handler(Plot, {Sky: b"a map"})

    assert made[Plot].content == b"png of a map"


@pytest.mark.parametrize(
    "given", [b"[1]\n", "[1]\n", GivenFile(b"[1]\n")], ids=["bytes", "text", "file"]
)
def test_an_input_is_its_content(given: object) -> None:
    assert try_handler(Echo, {Window: given})[Echo].content.startswith(b"[1]\n|")


def test_an_input_is_a_path_or_a_json_value(tmp_path: Path) -> None:
    (tmp_path / "window.json").write_bytes(b'{"a":1}')

    for given in (tmp_path / "window.json", {"a": 1}):
        assert try_handler(Echo, {Window: given})[Echo].content.startswith(b'{"a":1}|')


def test_a_file_can_have_attachments() -> None:
    given = GivenFile(b"{}", {"map": b"the map"})

    assert try_handler(Sky, {Notice: given})[Sky].content == b"the map"


def test_an_attachment_that_is_not_given_is_named() -> None:
    with pytest.raises(KeyError, match=r"no attachment map was given: write GivenFile\(content, "):
        try_handler(Sky, {Notice: b"{}"})


def test_an_optional_input_may_be_left_out() -> None:
    without = try_handler(Info, {Notice: b"{}"})
    with_it = try_handler(Info, {Notice: b"{}", Sky: b"1234"})

    assert without[Info].content == b'{"area":null,"far":1e-9}\n'
    assert with_it[Info].content == b'{"area":4,"far":1e-9}\n'
    assert with_it[Info].aspects.keys() == {"far", "area"}


def test_an_optional_input_that_was_left_out_cannot_be_read() -> None:
    class Careless(FileHandler):
        FILENAME = "careless.txt"
        DEPENDENCIES = (uses(Sky, optional=True),)

        def generate(self, inputs: Inputs) -> bytes:
            return inputs[Sky].content

    with pytest.raises(KeyError, match=r"no sky\.fits was given: ask `Sky in` first"):
        try_handler(Careless)


def test_an_input_that_is_needed_must_be_given() -> None:
    with pytest.raises(KeyError, match="Plot needs Sky: give its content"):
        try_handler(Plot)


def test_an_input_that_is_not_declared_cannot_be_given() -> None:
    with pytest.raises(KeyError, match="Plot does not declare Notice: add it to its DEPENDENCIES"):
        try_handler(Plot, {Sky: b"", Notice: b""})


def test_flags_are_as_nobody_has_touched_them_unless_they_are_given() -> None:
    usual = try_handler(Echo, {Window: "w"})
    given = try_handler(Echo, {Window: "w"}, flags={"UPLOAD": True})

    assert usual[Echo].content.endswith(b"|observation False 2")
    assert given[Echo].content.endswith(b"|observation True 2")


def test_a_flag_that_is_not_declared_cannot_be_given() -> None:
    with pytest.raises(KeyError, match="Echo does not declare the flag MANUAL: add it to its FLA"):
        try_handler(Echo, {Window: "w"}, flags={"MANUAL": True})


def test_the_event_can_be_named() -> None:
    assert b"|S000000a|" in try_handler(Echo, {Window: "w"})[Echo].content
    assert b"|S1|" in try_handler(Echo, {Window: "w"}, eventid="S1")[Echo].content


def test_a_handler_may_write_its_file_instead_of_returning_it() -> None:
    assert try_handler(Writer) == {Writer: Product(b"written")}


def test_a_file_that_was_written_has_aspects_too() -> None:
    class Sharp(Writer):
        ASPECTS = ("edge",)

    assert try_handler(Sharp)[Sharp].aspects == {"edge": digest_bytes(b"written")}


def test_several_files_may_be_written_too() -> None:
    assert try_handler(Both) == {Both: Product(b"both"), Along: Product(b"along")}


def test_nothing_is_left_of_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    try_handler(Both)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("litter.txt", "Writer wrote litter.txt, which is none of its files: write writer.txt and"),
        ("writer.txt litter.txt", "Writer wrote litter.txt"),
        ("", "Writer returned nothing and did not write writer.txt: return the content, or"),
    ],
)
def test_other_files_than_its_own_are_refused(names: str, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        try_handler(Writer, {Window: names})


@pytest.mark.parametrize("handler", [Significance, SignificanceTable, SignificancePlot])
def test_of_several_files_any_class_stands_for_all(handler: type[FileHandler]) -> None:
    made = try_handler(handler, {Sky: b"", Neutrinos: "[]"})

    assert list(made) == [Significance, SignificanceTable, SignificancePlot]
    assert made[Significance].content == b'{"p_value":0.5}\n'
    assert made[SignificanceTable].content == b"p\n0.5\n"


def test_what_generate_raises_comes_through() -> None:
    with pytest.raises(NotYet, match="the window has not closed"):
        try_handler(Neutrinos, {Window: "[]"})
    with pytest.raises(PermanentError, match="comes from outside"):
        try_handler(Notice)


def test_what_is_no_content_is_refused() -> None:
    class Wrong(TriggeredHandler):
        FILENAME = "wrong.txt"

        def generate(self, inputs: Inputs) -> object:
            return 5

    with pytest.raises(TypeError, match="Wrong returned a int: return bytes, a text or a Product"):
        try_handler(Wrong)


def test_an_abstract_handler_is_refused() -> None:
    class Unfinished(FileHandler):
        FILENAME = "unfinished.txt"

    with pytest.raises(TypeError, match="Unfinished is abstract: it does not say how to generate"):
        try_handler(Unfinished)


def test_an_upload_can_be_tried_without_sending_anything() -> None:
    (receipt,) = try_handler(CircularReceipt, {Circular: "We report"}).values()

    assert b'"answer":{"accepted":9}' in receipt.content
    assert digest_bytes(b"We report").encode() in receipt.content


def test_a_product_keeps_its_aspects_and_its_time() -> None:
    end = datetime(2026, 11, 22, tzinfo=UTC)

    class Timed(FileHandler):
        FILENAME = "timed.txt"

        def generate(self, inputs: Inputs) -> Product:
            return Product(b"x", {"first": digest_bytes(b"x")}, valid_until=end)

    assert try_handler(Timed)[Timed] == Product(b"x", {"first": digest_bytes(b"x")}, end)


def test_an_input_can_be_read_as_json() -> None:
    assert GivenFile(b'{"a":[1]}').json() == {"a": [1]}
    with pytest.raises(ValueError, match="end of data"):
        GivenFile(b"{").json()


def test_what_is_made_once_can_be_tried_as_often_as_one_likes() -> None:
    given = {Sky: b"a map"}

    assert try_handler(Galaxies, given) == try_handler(Galaxies, given)


@pytest.mark.parametrize("key", [Window, "Window", "window.json"])
def test_an_input_is_named_by_its_class_its_class_s_name_or_its_file_s(
    key: type[FileHandler] | str,
) -> None:
    assert try_handler(Echo, {key: "w"})[Echo].content.startswith(b"w|")


def test_a_name_that_is_not_declared_tells_those_that_are() -> None:
    told = r"Echo does not declare windw\.json: it is made from Window \(window\.json\)"

    with pytest.raises(KeyError, match=told):
        try_handler(Echo, {"windw.json": "w"})


def test_an_input_that_is_given_twice_is_refused() -> None:
    with pytest.raises(TypeError, match="Window is given twice"):
        try_handler(Echo, {Window: "w", "window.json": "w"})


def test_what_names_no_input_is_refused() -> None:
    with pytest.raises(TypeError, match="5 names no input: give a class of handlers"):
        try_handler(Echo, {5: "w"})  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


class Clocked(FileHandler):
    """Says when it runs."""

    FILENAME = "clocked.txt"

    def generate(self, inputs: Inputs) -> str:
        return inputs.now.isoformat()


def test_the_time_of_the_run_is_the_one_that_is_given_in_utc() -> None:
    made = try_handler(Clocked, now=datetime.fromisoformat("2023-09-14T13:14:01+02:00"))
    assert made[Clocked].content == b"2023-09-14T11:14:01+00:00"


def test_a_time_that_was_not_given_is_asked_for() -> None:
    with pytest.raises(KeyError, match="say now="):
        try_handler(Clocked)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="without a zone"):
        try_handler(Clocked, now=datetime(2023, 9, 14))  # noqa: DTZ001 - it has to be refused


class Told(UploadReceiptHandler):
    """Sends what it is given."""

    FILENAME = "told.json"
    DEPENDENCIES = (Window,)
    TOPIC = "notices"


def test_what_a_handler_sends_goes_into_the_folder_that_is_given(tmp_path: Path) -> None:
    first, again = (try_handler(Told, {Window: b"open"}, outlet=tmp_path)[Told] for _ in "12")

    [sent] = (tmp_path / "notices").glob("S000000a-1-*.json")
    assert sent.read_bytes() == b"open"
    assert first == again
    assert sent.name in first.content.decode()


def test_the_outlet_may_be_ones_own_and_remembers_what_was_sent(tmp_path: Path) -> None:
    outlet = open_outlet(tmp_path, "S000000a", "Told")
    for content in (b"open", b"shut"):
        try_handler(Told, {Window: content}, outlet=outlet)

    assert [sent.content for sent in outlet.earlier()] == [b"open", b"shut"]


def test_an_outlet_that_was_not_given_is_asked_for() -> None:
    with pytest.raises(KeyError, match="say outlet=FOLDER"):
        try_handler(Told, {Window: b"open"})
