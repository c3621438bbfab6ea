"""Which notices an event still has to send, given what it has sent: one number after the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from llama.domain.digests import canonical_json, digest_json
from llama.domain.handler import PermanentError
from llama.domain.outlet import Outlet, Sent
from llama.handlers.publication.notice import instant
from llama.handlers.sky.fields import mapping, parsed
from schemas.base import why_test

TOPIC = "gcn.notices.llama.lvk_nu_track_search"
TEST_TOPIC = f"{TOPIC}.test"
RETRACTION = "retraction"
OF_THE_SENDING = ("alert_type", "alert_datetime", "record_number", "reference")
"""What a notice says of its being sent, and not of the result."""
OF_THE_EVENT = ("$schema", "type", "ref_ID", "alert_tense", "trigger_time")
"""What the retraction of a notice says again."""
TENSES = ("current", "archival", "test")
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """One notice that is to be sent."""

    topic: str
    number: int
    """The notice's record_number: 1 for the first about the event on its topic."""
    alert_type: str
    """initial, update or retraction."""
    body: Json

    def send(self, outlet: Outlet, *, reference: str, now: datetime) -> None:
        """Complete the notice and send it. What `Outlet.send` raises comes through.

        Its key is its number: two different notices of one number never go out.
        """
        notice = {
            **self.body,
            "reference": {"gcn.notices.LVK.alert": reference},
            "alert_type": self.alert_type,
            "alert_datetime": instant(now),
            "record_number": self.number,
        }
        key = f"{'test-' if self.topic == TEST_TOPIC else ''}{self.number}"
        outlet.send(self.topic, key, canonical_json(notice))


def topic_of(body: Json) -> str:
    """Return where a notice goes: a test never to the topic of observations."""
    return TEST_TOPIC if body.get("alert_tense") == "test" else TOPIC


def steps(earlier: Sequence[Sent], body: Json | None) -> tuple[Step, ...]:
    """Return what is to be sent so that the world knows the result, or that there is none.

    `body` is the notice of the result, None if what was told before is withdrawn. The world knows
    one result of an event: what another topic was told is retracted.
    """
    topic = None if body is None else topic_of(body)
    found = [_retraction(of) for of in _by_topic(earlier) if of[-1].topic != topic]
    told = [one for one in earlier if one.topic == topic]
    if body is not None and topic is not None and not (told and body_of(told[-1]) == body):
        found.append(Step(topic, len(told) + 1, "update" if told else "initial", body))
    return tuple(one for one in found if one is not None)


def body_from(content: bytes, event: str, *, name: str) -> Json:
    """Return what a file says of the result; PermanentError if it is no notice of this event.

    A person may have written it, perhaps from one that was sent: what that said of its own sending
    is left out.
    """
    said = parsed(content, name=name)
    about, tense = said.get("ref_ID"), said.get("alert_tense")
    tenses = ("test",) if why_test(event) else TENSES
    wrong = f"ref_ID is {about!r}" if about != event else f"alert_tense is {tense!r}"
    if about != event or tense not in tenses:
        message = f"{name}: {wrong}; of {event} only {' or '.join(tenses)} can be told"
        raise PermanentError(f"{message}: correct it, or delete it to have it made again")
    return {key: value for key, value in said.items() if key not in OF_THE_SENDING}


def content_of(sent: Sent) -> Json:
    """Return the notice that was sent."""
    return mapping(orjson.loads(sent.content))


def body_of(sent: Sent) -> Json:
    """Return what a notice said of the result; nothing if it was a retraction."""
    said = content_of(sent)
    if said.get("alert_type") == RETRACTION:
        return {}
    return {key: value for key, value in said.items() if key not in OF_THE_SENDING}


def in_brief(sent: Sent) -> Json:
    """Return what was told, but for when and how."""
    said = content_of(sent)
    return {
        "topic": sent.topic,
        "record_number": said.get("record_number"),
        "alert_type": said.get("alert_type"),
        "result": digest_json(body_of(sent)),
    }


def refuse_doubt(outlet: Outlet) -> None:
    """Raise InDoubt if something may have been sent or not: nothing goes out before that is known.

    The outlet itself says it, and what to do.
    """
    for one in outlet.earlier():
        if one.state == "in_doubt":
            outlet.send(one.topic, one.key, one.content)


def _by_topic(earlier: Sequence[Sent]) -> Iterable[list[Sent]]:
    topics = dict.fromkeys(one.topic for one in earlier)
    return ([one for one in earlier if one.topic == topic] for topic in topics)


def _retraction(told: Sequence[Sent]) -> Step | None:
    """Return the retraction of what a topic was told last; None if that is retracted."""
    said = content_of(told[-1])
    if said.get("alert_type") == RETRACTION:
        return None
    body = {key: said[key] for key in OF_THE_EVENT if key in said}
    return Step(told[-1].topic, len(told) + 1, RETRACTION, body)
