"""Small handlers that return, or write, what they should or something else."""

from datetime import UTC, datetime

from llama.domain.digests import WHOLE, digest_bytes
from llama.domain.handler import (
    FileHandler,
    Inputs,
    Product,
    uses,
)
from llama.domain.kinds import JSONHandler
from tests.support.handlers_that_read import MEBIBYTE, Notice, Other


class TooBig(FileHandler):
    FILENAME = "too_big.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(bytes(64 * MEBIBYTE + 1))


class WrongType(FileHandler):
    FILENAME = "wrong_type.txt"

    def generate(self, inputs: Inputs) -> object:
        return ["text"]


class Forgetful(FileHandler):
    FILENAME = "forgetful.txt"

    def generate(self, inputs: Inputs) -> None:
        self.fullpath.with_suffix(".log").touch()
        self.fullpath.with_suffix(".log").unlink()


class Text(FileHandler):
    FILENAME = "text.txt"

    def generate(self, inputs: Inputs) -> str:
        return "é"


class Written(FileHandler):
    """Writes its file, at a place that says which event it is of."""

    FILENAME = "written.txt"

    def generate(self, inputs: Inputs) -> None:
        self.fullpath.write_text(f"of {self.eventid}")


class Json(JSONHandler):
    FILENAME = "json.json"
    ASPECTS = ("one", "two")
    DEPENDENCIES = (Notice,)

    def generate(self, inputs: Inputs) -> object:
        return {"two": [2], "one": 1, "length": len(inputs[Notice].content)}


class JsonWritten(JSONHandler):
    """Writes its file, larger than allowed if it has its input."""

    FILENAME = "json_written.json"
    ASPECTS = ("one",)
    DEPENDENCIES = (uses(Other, optional=True),)

    def generate(self, inputs: Inputs) -> None:
        too_much = 64 * MEBIBYTE if Other in inputs else 0
        self.fullpath.write_text('{"one": 1}' + " " * too_much)


class NoJson(JSONHandler):
    FILENAME = "no_json.json"

    def generate(self, inputs: Inputs) -> object:
        return {1: {2}}


class Late(FileHandler):
    FILENAME = "late.txt"


class Early(FileHandler):
    """Makes two files, each valid until a time of its own."""

    FILENAME = "early.txt"
    MANIFEST_TYPES = (Late,)

    def generate(self, inputs: Inputs) -> object:
        early, late = (datetime(2026, 11, day, tzinfo=UTC) for day in (22, 23))
        return {
            Late: Product(b"late", {"first": digest_bytes(b"l")}, valid_until=late),
            "Early": Product(b"early", valid_until=early),
        }


class Naive(FileHandler):
    FILENAME = "naive.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(b"x", valid_until=datetime(2026, 11, 22))  # noqa: DTZ001 - the mistake


class WrittenPlot(FileHandler):
    FILENAME = "written_plot.png"


class WrittenTable(FileHandler):
    """Writes two files, or only the one that its input names."""

    FILENAME = "written_table.csv"
    DEPENDENCIES = (uses(Other, optional=True),)
    MANIFEST_TYPES = (WrittenPlot,)

    def generate(self, inputs: Inputs) -> None:
        self.fullpath.write_text("table")
        if Other not in inputs:
            WrittenPlot(self).fullpath.write_text("plot")


class NeverReturned(FileHandler):
    FILENAME = "never_returned.txt"


class HalfReturned(FileHandler):
    FILENAME = "half_returned.txt"
    MANIFEST_TYPES = (NeverReturned,)

    def generate(self, inputs: Inputs) -> object:
        return {HalfReturned: b"half"}


class WrongContent(FileHandler):
    FILENAME = "wrong_content.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product("text")  # type: ignore[arg-type]  # the mistake that the test is about


class WrongAspect(FileHandler):
    FILENAME = "wrong_aspect.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(b"x", {"Not A Name": digest_bytes(b"")})


class WholeAspect(FileHandler):
    FILENAME = "whole_aspect.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(b"x", {WHOLE: digest_bytes(b"")})
