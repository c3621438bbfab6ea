"""The shortest pipeline: what a notice brings, and one file that is made of it."""

from llama import JSONHandler, uses
from llama.domain.handler import Inputs
from llama.handlers.alert import Alert


class Length(JSONHandler):
    FILENAME = "length.json"
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> object:
        return {"bytes": len(inputs[Alert].content)}


PIPELINE = (Alert, Length)
