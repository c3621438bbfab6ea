"""What a deployment brings along, in tests: a manifest that uses it, and classes that do."""

from typing import ClassVar

from llama import FileHandler, Inputs, Pipeline, ResourceHandler
from llama.domain.digests import digest_bytes, digest_json
from schemas.files import DependencySpec, Manifest
from tests.support.handlers_for_events import Notice

CURVES = "curves.npz"


def using(manifest: Manifest, handler: str, content: str) -> Manifest:
    """Return a manifest of which a handler uses a resource besides."""
    fixed = digest_bytes(content.encode())
    used = DependencySpec(file=CURVES, aspects=("whole",), fixed=fixed)
    handlers = tuple(
        spec.model_copy(update={"dependencies": (*spec.dependencies, used)})
        if spec.name == handler
        else spec
        for spec in manifest.handlers
    )
    digest = digest_json([spec.model_dump(mode="json") for spec in handlers])
    return Manifest(digest=digest, handlers=handlers)


class Curves(ResourceHandler):
    """A resource whose content a test sets."""

    FILENAME = CURVES
    content: ClassVar[bytes] = b"first"
    read: ClassVar[int] = 0
    """How often it was read."""

    @classmethod
    def resource(cls) -> bytes:
        cls.read += 1
        return cls.content


class Calibrated(FileHandler):
    FILENAME = "calibrated.txt"
    DEPENDENCIES = (Notice, Curves)

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[Notice].content + b" by " + inputs[Curves].content


class Counted(FileHandler):
    """Uses it too, and shows nothing of its content."""

    FILENAME = "counted.txt"
    DEPENDENCIES = (Curves, Notice)

    def generate(self, inputs: Inputs) -> str:
        return str(len(inputs[Curves].content))


CALIBRATING = Pipeline(Notice, Curves, Calibrated, Counted)
