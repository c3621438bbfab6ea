"""Reading a notice: tolerant of what is odd, closed to what is unreadable or hostile."""

from dataclasses import dataclass
from datetime import datetime

from llama.domain.digests import Digest, canonical_json, digest_json
from llama.domain.notice.body import Body, body_of
from llama.domain.notice.heading import Heading, read_heading
from llama.domain.notice.model import AlertType, JsonValue, Limits, Notice, Refused
from llama.domain.notice.oddities import Oddities
from llama.domain.notice.ranking import classes_in, far_in
from llama.domain.notice.sections import Section, SectionReader
from llama.domain.notice.times import write_time

_DEFAULT_LIMITS = Limits()


def read_notice(raw: bytes, *, limits: Limits = _DEFAULT_LIMITS) -> Notice | Refused:
    """Read one notice of a superevent from the bytes of its message: JSON, Avro or a VOEvent.

    What is odd is kept, changed or dropped, and told in `oddities`; refused is only what has no
    readable id, type or time, and what is hostile. Never raises, whatever the bytes. The result
    depends on the bytes alone, and not on the order of keys or on the spaces between them.
    """
    oddities = Oddities(limits)
    body = body_of(raw, limits, oddities)
    return body if isinstance(body, Refused) else notice_in(body, limits, oddities)


def notice_in(body: Body, limits: Limits, oddities: Oddities) -> Notice | Refused:
    """Read one notice of a superevent from what its message says; `oddities` are those so far."""
    heading = read_heading(body, limits, oddities)
    if isinstance(heading, Refused):
        return heading
    parts = _read_parts(heading, SectionReader(body.content, limits, oddities))
    return parts if isinstance(parts, Refused) else _assemble(parts, oddities.all())


def identity_of(heading: Heading, event: Section, external: Section) -> Digest:
    """Return what makes a notice this notice, whichever broker brought it, however often.

    It is the SHA-256 of the canonical JSON (sorted keys, no spaces) of
    `{"alert_type", "external_ids", "skymap", "superevent_id", "time_created"}`:
    `skymap` is the digest of the decoded map of the event or null, `time_created` is as in
    alert.json, and `external_ids` is null or `[gcn_notice_id, ivorn]` of the coincidence, with
    an integer id written as a string (the schema allows both).
    """
    return digest_json(
        {
            "superevent_id": heading.superevent_id,
            "alert_type": heading.alert_type.value,
            "time_created": write_time(heading.time_created),
            "skymap": event.map_digest,
            "external_ids": _external_ids(external),
        }
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    heading: Heading
    event: Section
    event_time: datetime | None
    external: Section
    rest: dict[str, JsonValue]
    """`urls`, and what no schema names."""


def _read_parts(heading: Heading, reader: SectionReader) -> _Parts | Refused:
    event = reader.read_event(heading.alert_type)
    if isinstance(event, Refused):
        return event
    event_time = reader.read_event_time(event)
    external = reader.read_external()
    if isinstance(external, Refused):
        return external
    rest: dict[str, JsonValue] = {"urls": reader.read_urls(), **reader.read_rest()}
    return _Parts(heading, event, event_time, external, rest)


def _assemble(parts: _Parts, oddities: tuple[str, ...]) -> Notice:
    heading, event, external = parts.heading, parts.event, parts.external
    maps = _maps(event, external)
    digests = {aspect: digest for aspect, (digest, _) in maps.items()}
    return Notice(
        superevent_id=heading.superevent_id,
        alert_type=heading.alert_type,
        time_created=heading.time_created,
        event_time=parts.event_time,
        significant=_significance(event),
        far=far_in(event.content),
        classification=classes_in(event.content),
        is_test=heading.is_test,
        identity=identity_of(heading, event, external),
        alert=_write_alert(parts, oddities),
        aspects={
            "event": event.digest,
            "external": external.digest,
            "retracted": digest_json(heading.alert_type is AlertType.RETRACTION),
            **digests,
        },
        attachments=dict(maps.values()),
        attached=tuple(maps),
        oddities=oddities,
    )


def _write_alert(parts: _Parts, oddities: tuple[str, ...]) -> bytes:
    return canonical_json(
        {
            **parts.rest,
            "superevent_id": parts.heading.superevent_id,
            "alert_type": parts.heading.alert_type.value,
            "time_created": write_time(parts.heading.time_created),
            "event": parts.event.normalised(),
            "external_coinc": parts.external.normalised(),
            "oddities": oddities,
        }
    )


def _maps(event: Section, external: Section) -> dict[str, tuple[Digest, bytes]]:
    """Return the maps that there are, by the name of their aspect."""
    sections = (("skymap", event), ("external_skymap", external))
    return {
        aspect: (section.map_digest, section.map_bytes)
        for aspect, section in sections
        if section.map_digest is not None and section.map_bytes is not None
    }


def _significance(event: Section) -> bool | None:
    value = (event.content or {}).get("significant")
    return value if isinstance(value, bool) else None


def _external_ids(external: Section) -> list[JsonValue] | None:
    if external.content is None:
        return None
    notice_id, ivorn = (external.content.get(key) for key in ("gcn_notice_id", "ivorn"))
    is_integer = isinstance(notice_id, int) and not isinstance(notice_id, bool)
    return [str(notice_id) if is_integer else notice_id, ivorn]
