"""What people on call are told of a result, and when: section 5 of docs/science-publication.md."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.domain.alarms import ALARMS, RAISED, TAKEN_BACK, TEST_ALARMS, Word, alarm_key, is_raised
from llama.domain.digests import canonical_json
from llama.domain.outlet import Outlet, Sent
from llama.handlers.publication.circular import p_words
from llama.handlers.results.verdict import NOTABLE
from llama.handlers.sky.fields import number, text
from schemas.base import why_test, zulu

THRESHOLD = NOTABLE
"""Below this p-value people are called: where the verdict begins to call it notable."""
TEST = "THIS IS A TEST. "
_OF_THE_RESULT = ("trigger_time", "most_probable_direction", "coincident_events")
GRACEDB = "https://gracedb.ligo.org"
PLAYGROUND = "https://gracedb-playground.ligo.org"
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """One word that is to be sent."""

    topic: str
    number: int
    """1 for the first about the event on its topic."""
    word: Word
    body: Json

    def send(self, outlet: Outlet, *, now: datetime) -> None:
        """Send it, with when that was. What `Outlet.send` raises comes through."""
        said = {**self.body, "state": self.word, "number": self.number, "told_at": zulu(now)}
        outlet.send(self.topic, alarm_key(self.topic, self.word, self.number), canonical_json(said))


@dataclass(frozen=True, slots=True)
class Calls:
    """What is sent now, in this order; nothing, too, has a reason."""

    calls: tuple[Call, ...]
    because: str


def p_of(notice: Json) -> float | None:
    """Return the p-value that a notice tells the world; None if it has none."""
    bayesian = number(notice.get("pval_bayesian"))
    return number(notice.get("pval_generic")) if bayesian is None else bayesian


def is_alarming(notice: Json) -> bool:
    """Tell whether people are called because of a notice."""
    p = p_of(notice)
    return p is not None and p < THRESHOLD


def decided(earlier: Sequence[Sent], notice: Json | None, *, event: str, withdrawn: str) -> Calls:
    """Return what people on call are to be told.

    `earlier` is what they were told, `notice` that of the result if there is one, `withdrawn` why
    what was told of the event does not hold any more, empty if it may.
    """
    if withdrawn:
        back = tuple(_taken_back(earlier, None, event=event, because=withdrawn))
        done = "the alarm is taken back" if back else "there is no alarm to take back"
        return Calls(back, f"{withdrawn}: {done}")
    if notice is None:
        return Calls((), "there is no complete result yet")
    p = p_of(notice)
    if p is None:
        return Calls((), "the result has no p-value")
    return _judged(earlier, notice, p, event=event)


def _judged(earlier: Sequence[Sent], notice: Json, p: float, *, event: str) -> Calls:
    topic = _topic(notice) if is_alarming(notice) else None
    relation = "is not" if topic is None else "is"
    because = f"p = {p_words(p)} {relation} below {THRESHOLD}"
    fresh = topic is not None and not _stands(earlier, topic)
    raised = (_raised(earlier, topic, notice, p, event=event),) if topic and fresh else ()
    why = because if topic is None else _changed(topic)
    calls = (*raised, *_taken_back(earlier, topic, event=event, because=why))
    stands = "" if calls or topic is None else ": what was told stands"
    return Calls(calls, because + stands)


def _raised(earlier: Sequence[Sent], topic: str, notice: Json, p: float, *, event: str) -> Call:
    tracks = notice.get("coincident_events")
    many = len(tracks) if isinstance(tracks, list) else 0
    seen = f"{many} neutrino {'track' if many == 1 else 'tracks'} of p below 0.1"
    said = f"{event} has p = {p_words(p)}, below {THRESHOLD}: {seen} within 500 s."
    if notice.get("alert_tense") == "archival":
        said = f"{said} It is looked at again, and does not happen now."
    body = {
        "p_value": p,
        "threshold": THRESHOLD,
        "tense": text(notice.get("alert_tense")),
        "remark": text(notice.get("additional_info")),
        **{key: notice[key] for key in _OF_THE_RESULT if key in notice},
    }
    return _call(earlier, topic, RAISED, {**body, **_frame(topic, event, said)})


def _taken_back(
    earlier: Sequence[Sent], but: str | None, *, event: str, because: str
) -> Iterable[Call]:
    """Take back what stands on any topic but one."""
    for topic in (ALARMS, TEST_ALARMS):
        if topic != but and _stands(earlier, topic):
            said = f"the alarm of {event} is taken back: {because}."
            body = {"because": because, **_frame(topic, event, said)}
            yield _call(earlier, topic, TAKEN_BACK, body)


def _call(earlier: Sequence[Sent], topic: str, word: Word, body: Json) -> Call:
    return Call(topic, 1 + sum(one.topic == topic for one in earlier), word, body)


def _frame(topic: str, event: str, said: str) -> Json:
    """Return what every word has; `text` alone is what chat systems show."""
    is_test = topic == TEST_ALARMS
    server = PLAYGROUND if why_test(event) else GRACEDB
    gracedb = f"{server}/superevents/{event}/view/"
    return {
        "event": event,
        "test": is_test,
        "links": {"gracedb": gracedb, "page": f"/events/{event}/page"},
        "text": f"{TEST if is_test else ''}LLAMA: {said} {gracedb}",
    }


def _topic(notice: Json) -> str:
    return TEST_ALARMS if notice.get("alert_tense") == "test" else ALARMS


def _changed(topic: str) -> str:
    return "it is a test" if topic == TEST_ALARMS else "it is no test"


def _stands(earlier: Sequence[Sent], topic: str) -> bool:
    """Tell whether the last word on a topic raised an alarm."""
    told = [one.key for one in earlier if one.topic == topic]
    return bool(told) and is_raised(told[-1])
