"""Small handlers that do what handlers do, and everything that they should not."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from llama.domain.digests import WHOLE, digest_bytes
from llama.domain.handler import (
    FileHandler,
    Inputs,
    PermanentError,
    Product,
    TriggeredHandler,
    uses,
)

MEBIBYTE = 1024 * 1024


class Notice(TriggeredHandler):
    FILENAME = "notice.json"


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
        Path("outputs", "litter").write_text("x")
        return Product(b"x")


class WrongType(FileHandler):
    FILENAME = "wrong_type.txt"

    def generate(self, inputs: Inputs) -> Product:
        return "text"  # type: ignore[return-value]  # the mistake that the test is about


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
)
