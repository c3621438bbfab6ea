"""The kinds of FileHandler: what comes from outside, JSON, made once, polled, upload receipts."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import orjson

from llama.domain.digests import Digest, canonical_json, digest_bytes, digest_json
from llama.domain.handler import FileHandler, Inputs, PermanentError, Product, dependencies_of
from llama.domain.vetoes import Veto, veto_flag


class TriggeredHandler(FileHandler):
    """A file that comes from outside, with a notice or an operator: nobody can make it."""

    def generate(self, inputs: Inputs) -> object:
        """Refuse: such a file arrives, it is never made."""
        raise PermanentError(f"{self.FILENAME} comes from outside and cannot be made")


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

    Its first dependency is the file to be sent. It is vetoed until the event's UPLOAD flag is
    set; another content of the file is sent again, with a receipt of its own.
    """

    VETOES: ClassVar[tuple[Veto, ...]] = (
        veto_flag("UPLOAD", is_=False, reason="nothing of this event is to be published"),
    )

    @abstractmethod
    def upload(self, content: bytes, inputs: Inputs) -> object:
        """Send the file's bytes; return what is worth keeping of the answer."""
        raise NotImplementedError

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
