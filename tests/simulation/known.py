"""What is known of one event from its facts, kept naively, and what follows from it.

Nothing here asks the product's own rules: what each file must be is worked out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from llama.domain.digests import digest_json
from schemas.facts import AlertType, TriggerReceived
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest, VetoSpec

Inputs = Mapping[str, str | None]
Statuses = Mapping[str, str]
FLAGS: Mapping[str, bool | str] = {
    "ROLE": "observation",
    "ONLINE": True,
    "VETOED": False,
    "UPLOAD": False,
    "ICECUBE_UPLOAD": False,
    "BLINDED_NEUTRINOS": False,
    "MANUAL": False,
}
PUBLIC: Mapping[str, bool | str] = {**FLAGS, "UPLOAD": True, "ICECUBE_UPLOAD": True}
TEST: Mapping[str, bool | str] = {**FLAGS, "ROLE": "test"}
SETTLED = frozenset({"masked", "current", "frozen"})
OUTSIDE = frozenset({"missing", "waiting for outside"})
UNSETTLED = OUTSIDE | {"waiting", "to be made"}
HOPELESS = frozenset({"failed", "blocked", "vetoed"})


@dataclass(frozen=True, slots=True)
class Run:
    """A result that counted: of which code, from which inputs, after which request."""

    fact: str
    code: str
    inputs: Inputs
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    is_final: bool = True
    is_cancelled: bool = False
    is_short_lived: bool = False
    asked: str = ""
    retry_at: datetime | None = None


@dataclass(slots=True)
class Known:
    """One event, as far as its facts have been read."""

    event: str
    epoch: int = 0
    manifest: Manifest | None = None
    notices: dict[str, TriggerReceived] = field(default_factory=dict[str, TriggerReceived])
    flags: dict[str, bool | str] = field(default_factory=lambda: dict(FLAGS))
    flags_set: set[str] = field(default_factory=set[str])
    vetoed: set[str] = field(default_factory=set[str])
    frozen: set[str] = field(default_factory=set[str])
    contents: dict[str, FileContent] = field(default_factory=dict[str, FileContent])
    versions: dict[str, int] = field(default_factory=dict[str, int])
    deleted: set[str] = field(default_factory=set[str])
    asked: dict[str, str] = field(default_factory=dict[str, str])
    """By whose files somebody wants anew, or whose time is over: the fact that said so last."""
    expired: set[str] = field(default_factory=set[str])
    made: dict[str, Run] = field(default_factory=dict[str, Run])
    failed: dict[str, list[Run]] = field(default_factory=dict[str, list[Run]])
    """The failures since the last result, the newest last."""

    @property
    def handlers(self) -> Mapping[str, HandlerSpec]:
        return {spec.name: spec for spec in self.manifest.handlers} if self.manifest else {}

    @property
    def newest(self) -> TriggerReceived | None:
        return max(self.notices.values(), key=age, default=None)

    @property
    def is_retracted(self) -> bool:
        return self.newest is not None and self.newest.alert_type is AlertType.RETRACTION

    def statuses(self) -> dict[str, str]:
        """Say what the files of each handler are, ancestors first."""
        told: dict[str, str] = {}
        for spec in self.handlers.values():
            told[spec.name] = self._status(spec, told)
        return told

    def inputs(self, spec: HandlerSpec, told: Statuses) -> Inputs:
        """Return what a run would use now."""
        used: dict[str, str | None] = {f"flags#{name}": self.flag(name) for name in spec.flags}
        for dependency in spec.dependencies:
            used |= self._usable(dependency, told)
        return used

    def flag(self, name: str) -> str:
        """Return the digest of a flag's value."""
        return digest_json(self.flags[name])

    def offered(self, dependency: DependencySpec) -> dict[str, str | None]:
        """Return the digests of the aspects of a file's latest content."""
        if dependency.fixed is not None:
            return {f"{dependency.file}#whole": dependency.fixed}
        content = self.contents.get(dependency.file)
        return {
            f"{dependency.file}#{aspect}": content.aspects.get(aspect) if content else None
            for aspect in dependency.aspects
        }

    def forbids(self, spec: HandlerSpec) -> bool:
        """Whether an operator, or a condition of the pipeline, forbids a handler."""
        vetoed = self.flags["VETOED"] is True or spec.name in self.vetoed
        return vetoed or any(self._is_met(veto, spec) for veto in spec.vetoes)

    def failure(self, handler: str, code: str, inputs: Inputs) -> Run | None:
        """Return the last failure of this very run: nothing was asked for since, but taken back."""
        same = self.failures(handler, code, inputs)
        return same[-1] if same else None

    def failures(self, handler: str, code: str, inputs: Inputs) -> list[Run]:
        """Return the failures of this very run, the newest last."""
        now = code, inputs, self.asked.get(handler, "")
        return [one for one in self.failed.get(handler, ()) if _occasion(one) == now]

    def is_current(self, spec: HandlerSpec, inputs: Inputs) -> bool:
        """Whether nothing is to be made: the files are right, and nobody wants others."""
        return spec.name not in self.asked and self.is_right(spec, inputs)

    def is_right(self, spec: HandlerSpec, inputs: Inputs) -> bool:
        """Whether a handler's files are there, and made from these inputs by its code."""
        made = self.made.get(spec.name)
        if made is None or self.deleted & set(spec.files):
            return False
        there = {name: content.digest for name, content in self.contents.items()}
        if any(file not in there or there[file] != made.files.get(file) for file in spec.files):
            return False
        return spec.once or (made.code == spec.code and _present(made.inputs) == _present(inputs))

    def _status(self, spec: HandlerSpec, told: Statuses) -> str:
        if spec.kind == "triggered":
            return "current" if set(spec.files) <= self.contents.keys() else "missing"
        if self.is_retracted or any(self._lacks(one, told) for one in spec.dependencies):
            return "masked"
        if spec.name in self.frozen:
            return "frozen"
        if self.forbids(spec):
            return "vetoed"
        required = (one for one in spec.dependencies if not one.optional)
        if any(self._of(one, told) in HOPELESS for one in required):
            return "blocked"
        return self._made_or_not(spec, told)

    def _made_or_not(self, spec: HandlerSpec, told: Statuses) -> str:
        inputs = self.inputs(spec, told)
        is_current = self.is_current(spec, inputs)
        awaited = {self._of(one, told) for one in spec.dependencies if self._is_awaited(one, told)}
        if awaited and not (spec.once and is_current):
            return "waiting for outside" if awaited & OUTSIDE else "waiting"
        if is_current:
            return "current"
        failed = self.failure(spec.name, spec.code, inputs)
        return "failed" if failed is not None and failed.is_final else "to be made"

    def _is_awaited(self, dependency: DependencySpec, told: Statuses) -> bool:
        """Whether a file is still to come; an optional one from outside may never do."""
        status = self._of(dependency, told)
        return status in UNSETTLED and not (dependency.optional and status in OUTSIDE)

    def _usable(self, dependency: DependencySpec, told: Statuses) -> dict[str, str | None]:
        status = self._of(dependency, told)
        is_gone = status == "frozen" and dependency.file in self.deleted
        if status == "masked" or is_gone or (dependency.optional and status in HOPELESS | OUTSIDE):
            return dict.fromkeys(self.offered(dependency))
        return self.offered(dependency)

    def _lacks(self, dependency: DependencySpec, told: Statuses) -> bool:
        """Whether something required is not there and will not come."""
        if dependency.optional or self._of(dependency, told) not in SETTLED:
            return False
        return None in self._usable(dependency, told).values()

    def _of(self, dependency: DependencySpec, told: Statuses) -> str:
        if dependency.fixed is not None:
            return "current"
        makers = [one.name for one in self.handlers.values() if dependency.file in one.files]
        return told[makers[0]] if makers else "masked"

    def _is_met(self, veto: VetoSpec, spec: HandlerSpec) -> bool:
        used = {dependency.file for dependency in spec.dependencies}
        is_blind = veto.subject == "input" and veto.name.partition("#")[0] not in used
        value = None if is_blind else self._subject(veto)
        return (value == veto.equals) is not veto.negated

    def _subject(self, veto: VetoSpec) -> object:
        if veto.subject == "flag":
            return self.flags.get(veto.name)
        if veto.subject == "notice":
            return getattr(self.newest, veto.name, None)
        file, _, aspect = veto.name.partition("#")
        content = None if file in self.deleted else self.contents.get(file)
        return content.aspects.get(aspect) if content else None


def age(fact: TriggerReceived) -> tuple[object, ...]:
    """Order notices: the newest is the greatest."""
    digests = tuple(content.digest for content in fact.files)
    has_map = any("skymap" in content.aspects for content in fact.files)
    rank = fact.alert_type.rank
    return not fact.is_test, fact.time_created, rank, has_map, fact.notice, digests


def _occasion(run: Run) -> tuple[str, Inputs, str]:
    return run.code, run.inputs, run.asked


def _present(inputs: Inputs) -> dict[str, str]:
    """Leave out what was not there: not to use it is the same as to find it missing."""
    return {name: digest for name, digest in inputs.items() if digest is not None}
