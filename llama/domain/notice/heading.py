"""The three things without which a notice cannot be kept: its event, its type, its time."""

import re
from dataclasses import dataclass
from datetime import datetime

from llama.domain.notice.body import Body
from llama.domain.notice.model import AlertType, JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.oddities import Oddities, refuse, shown
from llama.domain.notice.times import read_time
from schemas.base import why_test

REQUIRED = ("superevent_id", "alert_type", "time_created")

_SUPEREVENT_ID = re.compile(r"[MT]?S[0-9]{6}[a-z]{1,8}")


@dataclass(frozen=True, slots=True)
class Heading:
    """Which event, which stage, when."""

    superevent_id: str
    alert_type: AlertType
    time_created: datetime
    is_test: bool
    """A mock or a test: in JSON the id is the only mark of it."""


def read_heading(body: Body, limits: Limits, oddities: Oddities) -> Heading | Refused:
    """Read the id, the type and the time of a notice, or say which of them is unreadable."""
    said = body.content
    if missing := [key for key in REQUIRED if key not in said]:
        return refuse(RefusalReason.NOT_A_NOTICE, f"an object without {', '.join(missing)}")
    superevent_id, alert_type, time_created = (said[key] for key in REQUIRED)
    if not (isinstance(superevent_id, str) and _SUPEREVENT_ID.fullmatch(superevent_id)):
        return _refuse_value(RefusalReason.BAD_EVENT_ID, "superevent_id", superevent_id, limits)
    stage = _read_alert_type(alert_type, oddities)
    if stage is None:
        return _refuse_value(RefusalReason.BAD_ALERT_TYPE, "alert_type", alert_type, limits)
    created = read_time(time_created)
    if created is None:
        return _refuse_value(RefusalReason.BAD_TIME, "time_created", time_created, limits)
    if not created.is_zoned:
        oddities.add("time_created names no zone: taken as UTC")
    is_test = body.is_test or why_test(superevent_id) is not None
    return Heading(superevent_id, stage, created.utc, is_test)


def _read_alert_type(value: JsonValue, oddities: Oddities) -> AlertType | None:
    """Read a type in whatever case: older formats write `Preliminary`."""
    if not (isinstance(value, str) and value.isascii() and value.upper() in set(AlertType)):
        return None
    if value != value.upper():
        oddities.add(f"alert_type is not in capitals: {value}")
    return AlertType(value.upper())


def _refuse_value(reason: RefusalReason, key: str, value: JsonValue, limits: Limits) -> Refused:
    return refuse(reason, f"{key} is {shown(value, limits)}")
