"""notice.raw: the newest notice as it came."""

from llama.domain.handler import FileHandler, Inputs, uses
from llama.handlers.alert import Alert


class RawNotice(FileHandler):
    """The newest notice byte for byte, JSON or XML, as the first copy of it came.

    For whoever doubts what `alert.json` makes of it, and for other software that reads notices.
    """

    FILENAME = "notice.raw"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "raw"),)

    def generate(self, inputs: Inputs) -> bytes:
        """Return the bytes."""
        return inputs[Alert].attachment("raw")
