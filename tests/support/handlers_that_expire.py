"""A pipeline whose first product is not complete when it is first fetched."""

import os
from datetime import timedelta
from pathlib import Path

from llama.adapters.system_clock import SystemClock
from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert

SOURCE = "NEUTRINO_SOURCE"
"""Names the file with the list as the observatory has it now."""
COMPLETE = b"complete"


class Neutrinos(FileHandler):
    FILENAME = "neutrinos.txt"
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> Product:
        content = Path(os.environ[SOURCE]).read_bytes()
        soon = SystemClock().now() + timedelta(seconds=1.5)
        return Product(content, valid_until=None if content == COMPLETE else soon)


class Joint(FileHandler):
    FILENAME = "joint.txt"
    DEPENDENCIES = (Neutrinos,)

    def generate(self, inputs: Inputs) -> bytes:
        return b"from a list that is " + inputs[Neutrinos].content


PIPELINE = (Alert, Neutrinos, Joint)
