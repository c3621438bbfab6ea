"""A pipeline of five files, for tests of what goes for any pipeline."""

from llama.domain.handler import FileHandler, uses
from llama.handlers import Alert, Skymap, SkymapInfo, SkymapPlot


class Summary(FileHandler):
    FILENAME = "summary.html"
    DEPENDENCIES = (
        uses(Alert),
        uses(Skymap, optional=True),
        uses(SkymapInfo),
        uses(SkymapPlot, optional=True),
    )

    def generate(self, inputs: object) -> bytes:
        return b"<!doctype html><p>summary</p>"


PIPELINE: tuple[type[FileHandler], ...] = (Alert, Skymap, SkymapInfo, SkymapPlot, Summary)

SMALL = {"LLAMA_PIPELINE": "tests.support.small_pipeline"}
"""The setting of a system that has it."""
