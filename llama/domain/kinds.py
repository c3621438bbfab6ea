"""The kinds of FileHandler: from outside, resources, JSON, made once, polled, upload receipts."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import orjson

from llama.domain.digests import Digest, canonical_json, digest_bytes, digest_json
from llama.domain.handler import FileHandler, Inputs, PermanentError, Product, dependencies_of
from llama.domain.outlet import next_key
from llama.domain.vetoes import Veto, veto_flag


class TriggeredHandler(FileHandler):
    """A file that comes from outside, with a notice or an operator: nobody can make it."""

    def generate(self, inputs: Inputs) -> object:
        """Refuse: such a file arrives, it is never made."""
        raise PermanentError(f"{self.FILENAME} comes from outside and cannot be made")


class ResourceHandler(FileHandler):
    """A file of the deployment, the same for all events: a calibration, a set of simulations.

    Handlers use it like any other input. It is read once, where a pipeline is deployed or an event
    is updated; what it contains belongs to the pipeline as the handlers' code does: other bytes are
    another deployment. No event has it among its files.
    """

    @classmethod
    @abstractmethod
    def resource(cls) -> bytes:
        """Return its content: equal meaning gives equal bytes. Blocks."""
        raise NotImplementedError

    def generate(self, inputs: Inputs) -> object:
        """Refuse: a resource is there, it is not made."""
        raise PermanentError(f"{self.FILENAME} is a resource of the deployment and is not made")


class JSONHandler(FileHandler):
    """A file of JSON: `generate` returns the value.

    It is written canonically (sorted keys, no spaces, a final newline; a number that is none, as
    NaN, becomes null). Names in ASPECTS that are keys of the returned object become aspects by
    themselves.
    """

    @abstractmethod
    def generate(self, inputs: Inputs) -> object:
        """Return the JSON value that the file says; the same inputs must give the same one."""
        raise NotImplementedError

    def product(self, content: object) -> Product:
        """Encode a value; TypeError if JSON cannot say it."""
        if isinstance(content, Product):
            said_nothing = not content.aspects
            known = self.aspects_of(content.content) if said_nothing else content.aspects
            return replace(content, aspects=known)
        try:
            encoded = canonical_json(content) + b"\n"
        except TypeError as error:
            raise TypeError(f"{type(self).__name__} returned what is no JSON: {error}") from error
        said: Mapping[object, object] = content if isinstance(content, dict) else {}
        aspects = {name: digest_json(said[name]) for name in self.ASPECTS if name in said}
        return Product(encoded, aspects)

    @classmethod
    def aspects_of(cls, content: bytes) -> Mapping[str, Digest]:
        """Return the digests of those keys of a JSON object that are aspects."""
        try:
            said: object = orjson.loads(content)
        except orjson.JSONDecodeError:
            return super().aspects_of(content)
        known: Mapping[object, object] = said if isinstance(said, dict) else {}
        return {name: digest_json(known[name]) for name in cls.ASPECTS if name in known}


class GenerateOnceHandler(FileHandler):
    """A file that is made once: later changes of its inputs or its code do not matter to it."""

    ONCE: ClassVar[bool] = True


class PollingHandler(FileHandler):
    """A file from a remote source, which may not have it yet: `generate` then raises NotYet.

    It is tried again at even intervals, for a day if nothing else is said.
    """

    COOL_DOWN_S: ClassVar[float] = 60.0
    COOL_DOWN_FACTOR: ClassVar[float] = 1.0
    MAX_ATTEMPTS: ClassVar[int] = 1440


class UploadReceiptHandler(JSONHandler):
    """The receipt of an upload: a JSON file that says what was sent and what was answered.

    Its first dependency is the file to be sent, through the run's outlet to TOPIC. It is vetoed
    until the event's UPLOAD flag is set; another content of the file is sent again, with a receipt
    of its own, and the same content in a row is not. While the receiver is away it is tried again,
    every five minutes in the end, for a day.
    """

    PUBLISHES: ClassVar[bool] = True
    MAX_ATTEMPTS: ClassVar[int] = 300
    LONGEST_COOL_DOWN_S: ClassVar[float] = 300.0

    TOPIC: ClassVar[str] = ""
    """Where the file is sent, unless `upload` does something else."""
    VETOES: ClassVar[tuple[Veto, ...]] = (
        veto_flag("UPLOAD", is_=False, reason="nothing of this event is to be published"),
    )

    def upload(self, content: bytes, inputs: Inputs) -> object:
        """Send the file's bytes; return what is worth keeping of the answer.

        PermanentError if there is no TOPIC; what `Outlet.send` raises comes through.
        """
        if not self.TOPIC:
            raise PermanentError(f"{type(self).__name__} has no TOPIC: say where its file is sent")
        key = next_key(inputs.outlet.earlier(), content)
        return dict(inputs.outlet.send(self.TOPIC, key, content))

    def generate(self, inputs: Inputs) -> object:
        """Send the first dependency's file and return the receipt."""
        sent = dependencies_of(type(self))[0].handler
        content = inputs[sent].content
        return {
            "file": sent.FILENAME,
            "digest": digest_bytes(content),
            "size": len(content),
            "answer": self.upload(content, inputs),
        }
