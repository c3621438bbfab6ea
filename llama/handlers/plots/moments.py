"""What else happened around an event: notices and other observatories' triggers."""

from collections.abc import Mapping, Sequence

from llama.domain.notice.fact import ALERT_FILE
from llama.handlers.external.words import what_of
from llama.handlers.plots.timeline import Moment
from llama.handlers.results.tracks import instant
from llama.handlers.sky.fields import mapping, parsed, text

TRIGGERS_FILE = "external_triggers.json"
LONGEST_NAME = 24


def moments_of(files: Mapping[str, bytes]) -> Sequence[Moment]:
    """Return the moments that the files of an event name; alert.json is needed."""
    alert = parsed(files[ALERT_FILE], name=ALERT_FILE)
    return [*_triggers(files), *_notice(alert)]


def _notice(alert: Mapping[str, object]) -> list[Moment]:
    issued = instant(alert.get("time_created"))
    kind = (text(alert.get("alert_type")) or "").lower()[:LONGEST_NAME]
    words = " ".join(filter(None, [kind, "notice"]))
    return [] if issued is None else [Moment(words, issued, is_observation=False)]


def _triggers(files: Mapping[str, bytes]) -> list[Moment]:
    if TRIGGERS_FILE not in files:
        return []
    said = parsed(files[TRIGGERS_FILE], name=TRIGGERS_FILE).get("triggers")
    known = [mapping(one) for one in said] if isinstance(said, list) else []
    known = [one for one in known if not _is_told_already(one)]
    times = [(one, instant(one.get("time"))) for one in known]
    return [Moment(_name(one), time, is_observation=True) for one, time in times if time]


def _is_told_already(trigger: Mapping[str, object]) -> bool:
    """Tell whether the event's notice names what came in by itself, too: once is enough."""
    return trigger.get("told_by") == "received" and trigger.get("named_by_notice") is True


def _name(trigger: Mapping[str, object]) -> str:
    parts = (text(trigger.get("observatory")), what_of(trigger))
    return " ".join(part[:LONGEST_NAME] for part in parts if part) or "another observation"
