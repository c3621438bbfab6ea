"""Small handlers that do everything that they should not, and some that come close to it."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from llama.domain.handler import (
    FileHandler,
    Inputs,
    NotYet,
    PermanentError,
    Product,
    uses,
)
from tests.support.handlers_that_read import MEBIBYTE, Notice


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


class Patient(FileHandler):
    FILENAME = "patient.txt"

    def generate(self, inputs: Inputs) -> Product:
        raise NotYet("the window closes in an hour")


class Chatty(FileHandler):
    """Prints far more than anybody wants to keep, also something like a reply."""

    FILENAME = "chatty.txt"

    def generate(self, inputs: Inputs) -> Product:
        for _ in range(1000):
            sys.stdout.write('{"kind": "failed"}\n' * 100)
            sys.stderr.write("oh\n")
        os.write(1, b"raw\n")
        return Product(b"said")


class Litterer(FileHandler):
    FILENAME = "litterer.txt"

    def generate(self, inputs: Inputs) -> Product:
        (self.eventdir / "litter").write_text("x")
        return Product(b"x")


class Limits(FileHandler):
    FILENAME = "limits.txt"

    def generate(self, inputs: Inputs) -> Product:
        limits = resource.getrlimit(resource.RLIMIT_DATA)[0], resource.getrlimit(4)[0]
        return Product(f"{limits} {os.getpgrp() == os.getpid()}".encode())
