"""Small handlers that read what they are given, or what they are not."""

import os
from pathlib import Path

from llama.domain.digests import digest_bytes
from llama.domain.handler import (
    FileHandler,
    Inputs,
    Product,
    uses,
)
from llama.domain.kinds import ResourceHandler, TriggeredHandler

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


class Curves(ResourceHandler):
    FILENAME = "curves.npz"

    @classmethod
    def resource(cls) -> bytes:
        return b"curves"


class Calibrated(FileHandler):
    FILENAME = "calibrated.txt"
    DEPENDENCIES = (Curves, uses(Notice, "event"))

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[Notice].content + b" by " + inputs[Curves].content


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


class Named(FileHandler):
    FILENAME = "named.txt"

    def generate(self, inputs: Inputs) -> str:
        return inputs.notice


class Timed(FileHandler):
    FILENAME = "timed.txt"

    def generate(self, inputs: Inputs) -> str:
        return inputs.now.isoformat()


class Configured(FileHandler):
    """Says which of this project's settings it sees."""

    FILENAME = "configured.txt"

    def generate(self, inputs: Inputs) -> str:
        seen = {name: value for name, value in os.environ.items() if name.startswith("LLAMA_")}
        return ",".join(f"{name}={value}" for name, value in sorted(seen.items()))


class Herald(FileHandler):
    """Tells the notice, and what it had told before."""

    FILENAME = "herald.txt"
    DEPENDENCIES = (Notice,)

    def generate(self, inputs: Inputs) -> str:
        before = [sent.content.decode() for sent in inputs.outlet.earlier()] or ["nothing"]
        answer = inputs.outlet.send("news", "k1", inputs[Notice].content)
        return f"said: {', '.join(before)}; answer: {answer['outlet']}"


class Babbler(FileHandler):
    FILENAME = "babbler.txt"

    def generate(self, inputs: Inputs) -> str:
        inputs.outlet.send("no topic", "k1", b"")
        return ""


class Flagged(FileHandler):
    FILENAME = "flagged.txt"
    FLAGS = ("ROLE", "UPLOAD")

    def generate(self, inputs: Inputs) -> str:
        return ",".join(f"{name}={value}" for name, value in sorted(inputs.flags.items()))
