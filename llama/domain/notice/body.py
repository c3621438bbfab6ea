"""From the bytes of a message to the one form that all readers read, whatever their format."""

from dataclasses import dataclass

from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.oddities import Oddities, refuse

AVRO = b"Obj\x01"
"""The first bytes of every Avro container file."""
XML = b"<"
_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says, in the words of the JSON notices, whatever format it came in."""

    content: dict[str, JsonValue]
    """Maps are base64, as in JSON."""
    is_test: bool = False
    """Whether the message says of itself that it is a test; JSON notices say it elsewhere."""


def body_of(raw: bytes, limits: Limits, oddities: Oddities) -> Body | Refused:
    """Read JSON, a VOEvent in XML or an Avro container file. Never raises, whatever the bytes."""
    from llama.domain.notice.avro import parse_avro
    from llama.domain.notice.json_text import parse_object
    from llama.domain.notice.voevent import parse_voevent

    if len(raw) > limits.max_bytes:
        return refuse(RefusalReason.TOO_LARGE, f"{len(raw)} bytes, of {limits.max_bytes} allowed")
    text = raw[:64].lstrip(_SPACE).removeprefix(_BOM).lstrip(_SPACE)
    if text.startswith(XML):
        return parse_voevent(raw, limits, oddities)
    found = parse_avro(raw, limits) if raw.startswith(AVRO) else parse_object(raw, limits, oddities)
    return found if isinstance(found, Refused) else Body(found)
