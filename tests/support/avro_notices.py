"""Notices as Avro container files, and such files put together by hand to be hostile."""

import base64
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import fastavro

Schema: TypeAlias = "str | list[Schema] | Mapping[str, object]"
SYNC: Final = bytes(range(16))
NULLABLE_NUMBER: Final = ["null", "double"]
MAP: Final = ["null", "bytes"]
EVENT: Final[Schema] = {
    "type": "record",
    "name": "EventInfo",
    "fields": [
        {"name": "time", "type": "string"},
        {"name": "far", "type": "double"},
        {"name": "significant", "type": "boolean"},
        {"name": "instruments", "type": {"type": "array", "items": "string"}},
        {"name": "group", "type": "string"},
        {"name": "pipeline", "type": "string"},
        {"name": "search", "type": "string"},
        {"name": "properties", "type": {"type": "map", "values": "double"}},
        {"name": "classification", "type": {"type": "map", "values": "double"}},
        {"name": "duration", "type": NULLABLE_NUMBER},
        {"name": "central_frequency", "type": NULLABLE_NUMBER},
        {"name": "skymap", "type": MAP},
    ],
}
EXTERNAL: Final[Schema] = {
    "type": "record",
    "name": "ExternalInfo",
    "fields": [
        {"name": "gcn_notice_id", "type": ["long", "string"]},
        {"name": "ivorn", "type": "string"},
        {"name": "observatory", "type": "string"},
        {"name": "search", "type": "string"},
        {"name": "time_difference", "type": "double"},
        {"name": "time_coincidence_far", "type": NULLABLE_NUMBER},
        {"name": "time_sky_position_coincidence_far", "type": NULLABLE_NUMBER},
        {"name": "combined_skymap", "type": MAP},
    ],
}
ALERT: Final[Schema] = {
    "type": "record",
    "name": "Alert",
    "namespace": "igwn.alerts",
    "fields": [
        {
            "name": "alert_type",
            "type": {
                "type": "enum",
                "name": "AlertType",
                "symbols": ["EARLYWARNING", "PRELIMINARY", "INITIAL", "UPDATE", "RETRACTION"],
            },
        },
        {"name": "time_created", "type": "string"},
        {"name": "superevent_id", "type": "string"},
        {"name": "event", "type": ["null", EVENT]},
        {"name": "external_coinc", "type": ["null", EXTERNAL]},
        {"name": "urls", "type": {"type": "map", "values": "string"}},
    ],
}


def as_avro(notice: bytes, *, codec: str = "null", copies: int = 1) -> bytes:
    """Return what SCiMMA would send of a notice that is given as JSON."""
    said = json.loads(notice)
    for section, key in (("event", "skymap"), ("external_coinc", "combined_skymap")):
        if said[section] and said[section][key]:
            said[section][key] = base64.b64decode(said[section][key])
    written = io.BytesIO()
    fastavro.writer(written, ALERT, [said] * copies, codec=codec, sync_marker=SYNC)
    return written.getvalue()


def a_container(
    schema: object, block: bytes = b"", *, count: int = 1, codec: bytes = b"null", head: bytes = b""
) -> bytes:
    """Return a file of one block, whatever stands in it; `head` takes the place of the schema."""
    meta = {b"avro.schema": head or json.dumps(schema).encode(), b"avro.codec": codec}
    pairs = b"".join(_sized(key) + _sized(value) for key, value in meta.items())
    return b"".join(
        (b"Obj\x01", zigzag(len(meta)), pairs, zigzag(0), SYNC, zigzag(count), _sized(block), SYNC)
    )


def a_record(*fields: object, name: str = "Alert") -> Mapping[str, object]:
    """Return the schema of a record whose fields have these types."""
    return {
        "type": "record",
        "name": name,
        "fields": [{"name": f"f{number}", "type": kind} for number, kind in enumerate(fields)],
    }


def zigzag(value: int) -> bytes:
    """Write a number as Avro does."""
    rest, written = (value << 1) ^ (value >> 63), bytearray()
    while rest > 0x7F:
        written.append((rest & 0x7F) | 0x80)
        rest >>= 7
    return bytes([*written, rest])


def deflated(content: bytes) -> bytes:
    """Compress as Avro's `deflate` does: without a head."""
    writer = zlib.compressobj(wbits=-15)
    return writer.compress(content) + writer.flush()


def _sized(content: bytes) -> bytes:
    return zigzag(len(content)) + content


def nested(depth: int, innermost: Schema = "string") -> Schema:
    """Return arrays in arrays."""
    schema: Schema = innermost
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


def doubling(levels: int) -> Sequence[object]:
    """Return a type whose values are two of the one before, and so on: 2 to the power of `levels`.

    Each is described once, and named the second time.
    """
    schema: object = "boolean"
    for level in range(levels):
        schema = a_record(schema, schema if level == 0 else f"L{level - 1}", name=f"L{level}")
    return [schema]
