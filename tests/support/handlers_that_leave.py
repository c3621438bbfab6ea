"""Small handlers that leave something behind, or look for what others have left."""

import os
import socket
from contextlib import suppress
from pathlib import Path

from llama.adapters.processes.inputs import RunInput
from llama.domain.handler import FileHandler, Inputs, PermanentError, uses
from tests.support.handlers_that_read import Notice, Other


class Untidy(FileHandler):
    """Leaves files everywhere, closes its folder, and fails."""

    FILENAME = "untidy.txt"

    def generate(self, inputs: Inputs) -> object:
        self.fullpath.write_text("half")
        Path("here.txt").write_text("x")
        (self.eventdir / "deeper").mkdir()
        (self.eventdir / "deeper" / "there.txt").write_text("x")
        self.eventdir.chmod(0o500)
        raise PermanentError("it is enough")


class Closer(FileHandler):
    """Leaves its empty folder so that nobody can write there."""

    FILENAME = "closer.txt"

    def generate(self, inputs: Inputs) -> object:
        self.eventdir.chmod(0o500)
        return "closed"


class Remover(FileHandler):
    """Removes the folder in which it works."""

    FILENAME = "remover.txt"

    def generate(self, inputs: Inputs) -> object:
        self.eventdir.rmdir()
        Path.cwd().rmdir()
        return "nothing left"


class Looker(FileHandler):
    """Lists all that is below the folder in which it works, and who may do what with it."""

    FILENAME = "looker.txt"

    def generate(self, inputs: Inputs) -> None:
        found = [(path, path.stat().st_mode & 0o777) for path in sorted(Path.cwd().rglob("*"))]
        told = [f"{path.relative_to(Path.cwd())} {mode:o}" for path, mode in found]
        self.fullpath.write_text(",".join(told))


class Opener(FileHandler):
    """Leaves many files open; says who it is."""

    FILENAME = "opener.txt"

    def generate(self, inputs: Inputs) -> str:
        for _ in range(300):
            os.dup(2)
        return str(os.getpid())


class Impostor(FileHandler):
    """Says in its parent's ear what its input says, as if it were the child."""

    FILENAME = "impostor.txt"
    DEPENDENCIES = (uses(Notice),)

    def generate(self, inputs: Inputs) -> str:
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - they are numbers
            with suppress(OSError), socket.socket(fileno=os.dup(int(name))) as found:
                found.sendall(inputs[Notice].content)
        return "the true reply"


class Located(FileHandler):
    """Reads its inputs as files; says where they were."""

    FILENAME = "located.txt"
    DEPENDENCIES = (uses(Notice), uses(Other))

    def generate(self, inputs: Inputs) -> str:
        told: list[str] = []
        for handler in (Notice, Other):
            given = inputs[handler]
            assert isinstance(given, RunInput)
            told.append(f"{given.path} {given.path.read_bytes() == given.content}")
        return "\n".join(told)


class Doubled(FileHandler):
    """Gives each input twice over."""

    FILENAME = "doubled.dat"
    DEPENDENCIES = (uses(Notice), uses(Other, optional=True))

    def generate(self, inputs: Inputs) -> bytes:
        other = inputs[Other].content if Other in inputs else b""
        return (inputs[Notice].content + other) * 2


class Copied(FileHandler):
    """Writes its input where its file belongs."""

    FILENAME = "copied.dat"
    DEPENDENCIES = (uses(Notice),)

    def generate(self, inputs: Inputs) -> None:
        self.fullpath.write_bytes(inputs[Notice].content)


PIPELINE = (
    Notice,
    Other,
    Untidy,
    Closer,
    Remover,
    Looker,
    Opener,
    Impostor,
    Located,
    Doubled,
    Copied,
)
