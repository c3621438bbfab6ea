"""Small handlers that do what handlers do, and everything that they should not."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from llama.domain.digests import WHOLE, digest_bytes
from llama.domain.handler import (
    FileHandler,
    Inputs,
    NotYet,
    PermanentError,
    Product,
    uses,
)
from llama.domain.kinds import JSONHandler, TriggeredHandler

MEBIBYTE = 1024 * 1024


class Notice(TriggeredHandler):
    FILENAME = "notice.json"
    ASPECTS = ("event", "map")


class Other(TriggeredHandler):
    FILENAME = "other.json"


class Plain(FileHandler):
    """Says where and with what it runs."""

    FILENAME = "plain.txt"
    CODE_VERSION = "3"

    def generate(self, inputs: Inputs) -> Product:
        names = ("PYTHONHASHSEED", "LLAMA_DATABASE_URL", "TZ")
        told = [
            str(os.getpid()),
            str(Path.cwd()),
            *(os.environ.get(name, "unset") for name in names),
        ]
        return Product("\n".join(told).encode())


class Upper(FileHandler):
    FILENAME = "upper.txt"
    DEPENDENCIES = (uses(Notice, "event"),)

    def generate(self, inputs: Inputs) -> Product:
        content = inputs[Notice].content.upper()
        return Product(content, {"first": digest_bytes(content[:1])})


class Attached(FileHandler):
    FILENAME = "attached.txt"
    DEPENDENCIES = (uses(Notice, "event", "map"),)

    def generate(self, inputs: Inputs) -> Product:
        notice = inputs[Notice]
        return Product(notice.content + b"+" + notice.attachment("map"))


class AttachedOnly(FileHandler):
    FILENAME = "attached_only.txt"
    DEPENDENCIES = (uses(Notice, "map"),)

    def generate(self, inputs: Inputs) -> Product:
        return Product(inputs[Notice].content)


class Optional(FileHandler):
    FILENAME = "optional.txt"
    DEPENDENCIES = (uses(Notice), uses(Other, optional=True))

    def generate(self, inputs: Inputs) -> Product:
        return Product(inputs[Other].content if Other in inputs else b"without")


class Careless(FileHandler):
    FILENAME = "careless.txt"
    DEPENDENCIES = (uses(Notice), uses(Other, optional=True))

    def generate(self, inputs: Inputs) -> Product:
        return Product(inputs[Other].content)


class Undeclared(FileHandler):
    FILENAME = "undeclared.txt"
    DEPENDENCIES = (uses(Notice, "event"),)

    def generate(self, inputs: Inputs) -> Product:
        return Product(inputs[Other].content)


class UndeclaredAspect(FileHandler):
    FILENAME = "undeclared_aspect.txt"
    DEPENDENCIES = (uses(Notice, "event"),)

    def generate(self, inputs: Inputs) -> Product:
        return Product(inputs[Notice].attachment("map"))


class Sleeper(FileHandler):
    """Starts a child of its own, says so in its only input's name, and never ends."""

    FILENAME = "sleeper.txt"
    DEPENDENCIES = (uses(Notice),)

    def generate(self, inputs: Inputs) -> Product:
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        target = Path(inputs[Notice].content.decode())
        new = target.with_suffix(".new")
        new.write_text(f"{os.getpid()} {child.pid}")
        new.rename(target)
        os.write(1, b"still counting\n")
        while True:
            signal.pause()


class Crasher(FileHandler):
    FILENAME = "crasher.txt"

    def generate(self, inputs: Inputs) -> Product:
        os.write(2, b"about to crash\n")
        ctypes.string_at(0)
        return Product(b"")


class Quitter(FileHandler):
    FILENAME = "quitter.txt"

    def generate(self, inputs: Inputs) -> Product:
        raise SystemExit("enough")


class Leaver(FileHandler):
    FILENAME = "leaver.txt"

    def generate(self, inputs: Inputs) -> Product:
        os._exit(7)


class Glutton(FileHandler):
    FILENAME = "glutton.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(bytes(bytearray(1024 * MEBIBYTE)[:1]))


class Swallower(FileHandler):
    """Allocates its gigabyte with numpy."""

    FILENAME = "swallower.txt"

    def generate(self, inputs: Inputs) -> Product:
        import numpy as np

        return Product(np.ones(128 * MEBIBYTE).tobytes()[:1])


class Numeric(FileHandler):
    """Needs matrices of a few megabytes: that must be possible under the limit."""

    FILENAME = "numeric.txt"

    def generate(self, inputs: Inputs) -> Product:
        import numpy as np

        matrix = np.eye(500) + np.ones((500, 500))
        return Product(f"{np.linalg.inv(matrix).trace():.6f}".encode())


class Hopeless(FileHandler):
    FILENAME = "hopeless.txt"

    def generate(self, inputs: Inputs) -> Product:
        raise PermanentError("this event has no distance")


class Faulty(FileHandler):
    FILENAME = "faulty.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(str(1 / int("0")).encode())


class Chatty(FileHandler):
    """Prints far more than anybody wants to keep, also something like a reply."""

    FILENAME = "chatty.txt"

    def generate(self, inputs: Inputs) -> Product:
        for _ in range(1000):
            sys.stdout.write('{"kind": "failed"}\n' * 100)
            sys.stderr.write("oh\n")
        os.write(1, b"raw\n")
        return Product(b"said")


class TooBig(FileHandler):
    FILENAME = "too_big.txt"

    def generate(self, inputs: Inputs) -> Product:
        return Product(bytes(64 * MEBIBYTE + 1))


class Litterer(FileHandler):
    FILENAME = "litterer.txt"

    def generate(self, inputs: Inputs) -> Product:
        (self.eventdir / "litter").write_text("x")
        return Product(b"x")


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


class Patient(FileHandler):
    FILENAME = "patient.txt"

    def generate(self, inputs: Inputs) -> Product:
        raise NotYet("the window closes in an hour")


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


class Flagged(FileHandler):
    FILENAME = "flagged.txt"
    FLAGS = ("ROLE", "UPLOAD")

    def generate(self, inputs: Inputs) -> str:
        return ",".join(f"{name}={value}" for name, value in sorted(inputs.flags.items()))


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


class Limits(FileHandler):
    FILENAME = "limits.txt"

    def generate(self, inputs: Inputs) -> Product:
        limits = resource.getrlimit(resource.RLIMIT_DATA)[0], resource.getrlimit(4)[0]
        return Product(f"{limits} {os.getpgrp() == os.getpid()}".encode())


PIPELINE: tuple[type[FileHandler], ...] = (
    *(Notice, Other, Plain, Upper, Attached, AttachedOnly, Optional, Careless, Undeclared),
    *(UndeclaredAspect, Sleeper, Crasher, Quitter, Leaver, Glutton, Swallower, Numeric, Hopeless),
    *(Faulty, Chatty, TooBig, Litterer, WrongType, WrongContent, WrongAspect, WholeAspect, Limits),
    *(
        Forgetful,
        Text,
        Written,
        Json,
        JsonWritten,
        NoJson,
        Patient,
        Early,
        Late,
        Naive,
        WrittenTable,
    ),
    *(WrittenPlot, HalfReturned, NeverReturned, Flagged),
)
