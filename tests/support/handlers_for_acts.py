"""A pipeline to act upon: notes that are made at once, one that hangs, one that always fails."""

import subprocess

from llama.domain.handler import FileHandler, Inputs, PermanentError, uses
from llama.domain.kinds import JSONHandler
from llama.handlers.alert import Alert

HANGING = ["sleep", "86421"]
"""What a run that hangs has started: it is found among the system's processes."""


class Notes(JSONHandler):
    FILENAME = "notes.json"
    ASPECTS = ("title",)
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> object:
        return {"title": "notes", "text": "made"}


class Title(FileHandler):
    FILENAME = "title.txt"
    DEPENDENCIES = (uses(Notes, "title"),)

    def generate(self, inputs: Inputs) -> object:
        return "title"


class Hopeless(FileHandler):
    FILENAME = "hopeless.txt"
    DEPENDENCIES = (uses(Notes),)

    def generate(self, inputs: Inputs) -> object:
        raise PermanentError("there is no hope")


class Hanging(FileHandler):
    FILENAME = "hanging.txt"
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> object:
        subprocess.run(HANGING, check=True)
        return "it hung no more"


PIPELINE = (Alert, Notes, Title, Hopeless, Hanging)
