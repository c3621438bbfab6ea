"""What a seed makes up: small pipelines, deployments, notices, and what operators do."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from llama.domain.digests import digest_bytes, digest_json
from schemas.facts import AlertType, Source, TriggerReceived
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest, VetoSpec
from schemas.flags import FlagName
from tests.simulation.edges import ASPECTS
from tests.support.facts import START
from tests.support.manifests import declared

ALERT = "alert.json"
ALERT_ASPECTS = ("event", "skymap")
FLAGS = (FlagName.ROLE, FlagName.UPLOAD)
RESOURCE = "curves.npz"
RARE = 0.1
SOMETIMES = 0.3
OFTEN = 0.7


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that the event will get, and the bytes that it brings."""

    fact: TriggerReceived
    alert: bytes


def pipelines(chance: random.Random) -> list[Manifest]:
    """Make up a pipeline and what is deployed after it."""
    first = _handlers(chance)
    later = _changed(first, chance)
    planned = [first]
    if chance.random() < OFTEN:
        planned.append(later)
        if chance.random() < SOMETIMES:
            planned.append(first)
    return _with_resources([declared(handlers) for handlers in planned], chance)


def notices(event: str, chance: random.Random) -> list[Notice]:
    """Make up the notices of an event, in the order in which they come in."""
    count = chance.choice((1, 2, 2, 3, 4))
    made = [_notice(event, number, chance) for number in range(count)]
    if chance.random() < RARE:
        made.append(_other_copy(made[0], chance))
    if chance.random() < SOMETIMES:
        chance.shuffle(made)
    return made


def whimsical(manifests: Sequence[Manifest], chance: random.Random) -> frozenset[str]:
    """Choose files whose handlers make something else each time."""
    files = {file for one in manifests for spec in one.handlers for file in spec.files}
    return frozenset(file for file in sorted(files) if chance.random() < SOMETIMES)


def _handlers(chance: random.Random) -> list[HandlerSpec]:
    handlers = [HandlerSpec(name="alert", kind="triggered", files=(ALERT,), code="1")]
    if chance.random() < RARE:
        # Nothing brings it but an operator, so what uses it mostly waits.
        handlers.append(HandlerSpec(name="extra", kind="triggered", files=("extra",), code="1"))
    for number in range(chance.choice((1, 2, 2, 3, 3, 4, 5))):
        handlers.append(_handler(number, handlers, chance))
    return handlers


def _handler(number: int, earlier: Sequence[HandlerSpec], chance: random.Random) -> HandlerSpec:
    used = chance.sample(earlier, min(len(earlier), chance.choice((1, 1, 2))))
    files = (f"h{number}.json", f"h{number}.txt")[: 2 if chance.random() < RARE else 1]
    return HandlerSpec(
        name=f"h{number}",
        files=files,
        dependencies=tuple(_dependency(one, chance) for one in used),
        code="1",
        max_attempts=chance.choice((2, 3, 5)),
        cool_down_s=chance.choice((2.0, 30.0)),
        flags=(chance.choice(FLAGS),) if chance.random() < RARE else (),
        vetoes=(_veto(used, chance),) if chance.random() < RARE else (),
        once=chance.random() < RARE,
    )


def _veto(used: Sequence[HandlerSpec], chance: random.Random) -> VetoSpec:
    event = digest_bytes(b"1")
    about_input = [VetoSpec(subject="input", name=f"{ALERT}#event", equals=event)]
    return chance.choice(
        (
            VetoSpec(subject="flag", name="UPLOAD", equals=False),
            VetoSpec(subject="notice", name="significant", equals=False),
            VetoSpec(subject="notice", name="alert_type", equals="INITIAL", negated=True),
            *(about_input if any(ALERT in one.files for one in used) else ()),
        )
    )


def _dependency(used: HandlerSpec, chance: random.Random) -> DependencySpec:
    offered = ALERT_ASPECTS if used.kind == "triggered" else ASPECTS
    aspects = chance.choice((("whole",), offered[:1], offered[1:], offered))
    return DependencySpec(
        file=chance.choice(used.files), aspects=aspects, optional=chance.random() < SOMETIMES
    )


def _changed(handlers: Sequence[HandlerSpec], chance: random.Random) -> list[HandlerSpec]:
    """Return what the next release makes of some handlers."""
    changed: list[HandlerSpec] = [handlers[0]]
    for spec in handlers[1:]:
        how = chance.choice(("code", "code", "as it was", "as it was", "name", "dependencies"))
        changed.append(_reworked(spec, how, handlers[0], chance))
    if chance.random() < SOMETIMES and len(changed) > 2:
        changed.pop()
    if chance.random() < SOMETIMES:
        changed.append(_handler(len(handlers), changed, chance))
    return changed


def _reworked(
    spec: HandlerSpec, how: str, alert: HandlerSpec, chance: random.Random
) -> HandlerSpec:
    match how:
        case "code":
            return spec.model_copy(update={"code": "2"})
        case "name":
            return spec.model_copy(update={"name": f"renamed_{spec.name}"})
        case "dependencies":
            return spec.model_copy(update={"dependencies": (_dependency(alert, chance),)})
        case _:
            return spec


def _with_resources(manifests: Sequence[Manifest], chance: random.Random) -> list[Manifest]:
    """Let some handlers use a resource; each release may bring another content of it."""
    files = {spec.files[0] for one in manifests for spec in one.handlers if spec.kind == "made"}
    users = {file for file in sorted(files) if chance.random() < SOMETIMES}
    return [_with_resource(one, users, chance.choice(("1", "2"))) for one in manifests]


def _with_resource(manifest: Manifest, users: set[str], content: str) -> Manifest:
    fixed = digest_bytes(content.encode())
    used = DependencySpec(file=RESOURCE, aspects=("whole",), fixed=fixed)
    return declared(
        [
            spec.model_copy(update={"dependencies": (*spec.dependencies, used)})
            if users.intersection(spec.files)
            else spec
            for spec in manifest.handlers
        ]
    )


def _notice(event: str, number: int, chance: random.Random) -> Notice:
    stages = list(AlertType)[:-1]
    stage = AlertType.RETRACTION if chance.random() < RARE else chance.choice(stages)
    created = START + timedelta(minutes=chance.randrange(4))
    told = "INITIAL" if stage is AlertType.RETRACTION else str(chance.randrange(3))
    identity = digest_json([event, number, stage])
    fields: dict[str, object] = {
        "event": event,
        "notice": identity,
        "alert_type": stage,
        "time_created": created,
        "event_time": None if stage is AlertType.RETRACTION else START,
        "significant": chance.choice((None, False, True)),
        "is_test": chance.random() < RARE,
        "source": Source(topic="igwn.gwalert", partition=0, offset=number),
    }
    return _bringing(fields, told, chance)


def _other_copy(notice: Notice, chance: random.Random) -> Notice:
    """Return a copy of a notice with another alert in it, as another broker may carry it."""
    kept = type(notice.fact).model_fields.keys() - {"raw", "raw_size", "files", "id"}
    return _bringing({name: getattr(notice.fact, name) for name in kept}, "other", chance)


def _bringing(fields: dict[str, object], told: str, chance: random.Random) -> Notice:
    alert = f"alert {told}".encode()
    whole = digest_bytes(alert)
    aspects: dict[str, str] = {"whole": whole, "event": digest_bytes(told[:1].encode())}
    if chance.random() < OFTEN or told == "0":
        aspects["skymap"] = digest_bytes(f"map {chance.randrange(2)}".encode())
    content = FileContent(file=ALERT, digest=whole, size=len(alert), aspects=aspects)
    fact = TriggerReceived.model_validate(
        {
            **fields,
            "id": f"{str(fields['notice'])[:32]}.{whole[:8]}",
            "occurred_at": START,
            "raw": whole,
            "raw_size": len(alert),
            "files": (content,),
        }
    )
    return Notice(fact, alert)


ActName = Literal[
    "veto",
    "unveto",
    "freeze",
    "thaw",
    "delete",
    "request",
    "put",
    "cancel",
    "newest code",
    "veto event",
    "unveto event",
    "upload",
    "do not upload",
    "test",
]
ACTS: Mapping[ActName, int] = {
    "veto": 1,
    "unveto": 2,
    "freeze": 1,
    "thaw": 2,
    "delete": 3,
    "request": 3,
    "put": 2,
    "cancel": 2,
    "newest code": 1,
    "veto event": 1,
    "unveto event": 3,
    "upload": 1,
    "do not upload": 1,
    "test": 1,
}
"""What operators do, and how often; what is undone more often than done comes to an end."""
UNDECIDED: Mapping[ActName, int] = {"put": 6, "upload": 1, "do not upload": 1, "cancel": 1}
"""What those do who cannot make up their minds: inputs change, and change back."""
