"""Avro container files, as SCiMMA sends notices: one record, with the schema it was written by.

The schema is a stranger's, too: a small one can demand any number of values of no size, or values
within values without an end. So it is checked before anything is read by it, and what is read is
metered.
"""

import base64
import io
import zlib
from typing import TypeGuard

import orjson

from llama.domain.notice.avro_schema import HostileSchema, safe_schema
from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.oddities import refuse

MAX_SCHEMA_BYTES = 65_536
"""Of the schema in a file's head; that of `igwn.alerts` has 7 kB."""
_MAGIC_BYTES = 4
_SYNC_BYTES = 16
_READS_PER_VALUE = 4
"""A value's length, its branch and its bytes are read apart."""
_RAW_DEFLATE = -15
_METADATA = {"type": "map", "values": "bytes"}


class _Damaged(Exception):
    """The file ends too early, or holds more than any notice does."""


class _Metered(io.RawIOBase):
    """Bytes that can be read a bounded number of times: how often, their writer decides."""

    def __init__(self, content: bytes, reads: int) -> None:
        super().__init__()
        self._content = content
        self._reads = reads
        self.place = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return exactly so many bytes."""
        self._reads -= 1
        if self._reads < 0:
            raise _Damaged("more values than any notice has")
        if not 0 <= size <= len(self._content) - self.place:
            raise _Damaged(f"it ends after {len(self._content)} bytes, in the middle of a value")
        self.place += size
        return self._content[self.place - size : self.place]


def parse_avro(raw: bytes, limits: Limits) -> dict[str, JsonValue] | Refused:
    """Parse the one record of a container file; its maps become base64, as in JSON."""
    try:
        record = _record(_Metered(raw, limits.max_values * _READS_PER_VALUE), limits)
        value = _as_json(record)
    except HostileSchema as error:
        return refuse(RefusalReason.UNSUPPORTED_FORMAT, f"Avro whose schema has {error}")
    except Exception as error:  # noqa: BLE001 - the library promises nothing about damaged files
        return refuse(RefusalReason.DAMAGED, f"Avro of {len(raw)} bytes does not parse: {error}")
    if isinstance(value, dict):
        return value
    return refuse(RefusalReason.NOT_A_NOTICE, "Avro without one record, where a notice is one")


def _record(source: _Metered, limits: Limits) -> object:
    """Return the record of a file that holds exactly one; None if it does not."""
    source.read(_MAGIC_BYTES)
    head = _read(source, _METADATA)
    if not _is_object(head):
        raise _Damaged("it has no head")
    schema = _schema(head.get("avro.schema"))
    source.read(_SYNC_BYTES)
    if _read(source, "long") != 1:
        return None
    block = source.read(_whole(_read(source, "long")))
    content = _inflated(block, head.get("avro.codec", b"null"), limits)
    return _read(_Metered(content, limits.max_values * _READS_PER_VALUE), schema)


def _schema(text: object) -> object:
    if not isinstance(text, bytes) or len(text) > MAX_SCHEMA_BYTES:
        raise _Damaged("it has no schema that can be one")
    return safe_schema(orjson.loads(text))


def _inflated(block: bytes, codec: object, limits: Limits) -> bytes:
    if codec == b"null":
        return block
    if codec != b"deflate":
        raise HostileSchema("a compression other than deflate")
    content = zlib.decompressobj(_RAW_DEFLATE).decompress(block, limits.max_bytes + 1)
    if len(content) > limits.max_bytes:
        raise _Damaged(f"it inflates to over {limits.max_bytes} bytes")
    return content


def _read(source: _Metered, schema: object) -> object:
    import fastavro

    return fastavro.schemaless_reader(source, schema)  # pyright: ignore[reportArgumentType]


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise _Damaged("a length is no number")
    return value


def _as_json(value: object) -> JsonValue:
    """Write bytes as base64; the schema bounds how deep values lie."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if _is_object(value):
        return {key: _as_json(item) for key, item in value.items()}
    if _is_list(value):
        return [_as_json(item) for item in value]
    raise _Damaged(f"JSON has no word for a {type(value).__name__}")


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
