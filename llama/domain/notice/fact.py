"""A notice as a fact: what the event store keeps of it, and the file that it brings."""

from llama.domain.digests import WHOLE, Digest, digest_bytes
from llama.domain.notice.model import Notice
from llama.domain.notice.provenance import Provenance
from schemas.facts import TriggerReceived
from schemas.files import FileContent

ALERT_FILE = "alert.json"
"""The file of the newest notice of an event, normalised."""


def trigger_of(notice: Notice, came: Provenance) -> TriggerReceived:
    """Return the fact that a notice came in."""
    mark = ".test" if came.is_test and not notice.is_test else ""
    return TriggerReceived(
        id=f"{notice.identity[:32]}.{digest_bytes(notice.alert)[:8]}{mark}",
        occurred_at=came.at,
        event=notice.superevent_id,
        notice=notice.identity,
        alert_type=notice.alert_type,
        time_created=notice.time_created,
        event_time=notice.event_time,
        significant=notice.significant,
        far=notice.far,
        classification=dict(notice.classification) if notice.classification else None,
        is_test=notice.is_test or came.is_test,
        raw=came.digest,
        raw_size=len(came.raw),
        source=came.source,
        name=came.name,
        files=(alert_file(notice, came.digest),),
        oddities=notice.oddities,
    )


def alert_file(notice: Notice, raw: Digest) -> FileContent:
    """Return alert.json as the notice brings it, with the maps and the bytes as they came."""
    digest = digest_bytes(notice.alert)
    return FileContent(
        file=ALERT_FILE,
        digest=digest,
        size=len(notice.alert),
        aspects={WHOLE: digest, **notice.aspects, "raw": raw},
        attached=(*notice.attached, "raw"),
    )
