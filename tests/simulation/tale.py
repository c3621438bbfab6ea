"""Reads an event's facts one by one, and complains where the product judged them wrongly.

Only one thing is taken from the product: whether a result was accepted. Whether it was right to
accept it is judged here, and so is what becomes of everything else.
"""

from dataclasses import dataclass, field

from schemas.facts import (
    Act,
    Fact,
    FileDeleted,
    FileExpired,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    RunCancelled,
    RunResult,
    TriggerReceived,
)
from schemas.files import DependencySpec, FileContent, HandlerSpec
from tests.simulation.known import PUBLIC, TEST, Known, Run, age

STALE, TWICE, HELD = "1 no stale inputs", "2 nothing twice", "5 held back"


@dataclass(slots=True)
class Tale:
    """One event, as far as it has been read; `complaints` are (invariant, what is wrong)."""

    known: Known
    complaints: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    acts: set[str] = field(default_factory=set[str])
    results: set[str] = field(default_factory=set[str])
    """Needs that have had their files, and ids of failures that counted."""

    def read(self, fact: Fact, outcome: str) -> None:
        """Read the next fact; the product says that its outcome was this."""
        did = self._read(fact, is_accepted=outcome == "applied")
        if did is not (outcome == "applied"):
            verb = "should have" if did else "should not have"
            self._complain(TWICE, f"{fact.kind} {fact.id} {verb} counted: {outcome}")

    def _read(self, fact: Fact, *, is_accepted: bool) -> bool:
        match fact:
            case TriggerReceived():
                return self._receive(fact)
            case PipelineAdopted():
                return self._adopt(fact)
            case FileGenerated():
                return is_accepted and self._accept(fact)
            case FileFailed():
                return is_accepted and self._fail(fact)
            case FileExpired():
                return self._expire(fact)
            case _:
                return isinstance(fact, FlagsChanged | Act) and self._act(fact)

    def _receive(self, fact: TriggerReceived) -> bool:
        known = self.known
        if known.newest is None or (known.newest.is_test and not fact.is_test):
            kept = {name: known.flags[name] for name in {"VETOED", *known.flags_set}}
            known.flags = {**(TEST if fact.is_test else PUBLIC), **kept}
        earlier = known.notices.get(fact.notice)
        if earlier is not None and age(earlier) >= age(fact):
            return False
        known.notices[fact.notice] = fact
        if known.newest is fact:
            self._keep(fact.files)
        return known.newest is fact

    def _adopt(self, fact: PipelineAdopted) -> bool:
        if fact.epoch <= self.known.epoch:
            return False
        self.known.epoch, self.known.manifest = fact.epoch, fact.manifest
        return True

    def _accept(self, fact: FileGenerated) -> bool:
        spec = self._judge(fact)
        if not self.results.isdisjoint({fact.need, fact.id}):
            self._complain(TWICE, f"need {fact.need} got a second result")
        if spec is not None and self.known.is_current(spec, fact.inputs):
            self._complain(TWICE, f"{fact.handler} was made again for nothing")
        self.results.add(fact.need)
        files = {content.file: content.digest for content in fact.files}
        short = fact.valid_until is not None and fact.valid_until > fact.occurred_at
        run = Run(fact.id, fact.code, fact.inputs, files, is_short_lived=short)
        self._make(fact.handler, run, fact.files)
        return True

    def _fail(self, fact: FileFailed) -> bool:
        self._judge(fact)
        if not self.results.isdisjoint({fact.need, fact.id}):
            self._complain(TWICE, f"failure {fact.id} counted twice, or after a result")
        self.results.add(fact.id)
        asked = self.known.asked.get(fact.handler, "")
        final, retry_at = fact.retry_at is None, fact.retry_at
        run = Run(fact.id, fact.code, fact.inputs, is_final=final, asked=asked, retry_at=retry_at)
        self.known.failed.setdefault(fact.handler, []).append(run)
        return True

    def _expire(self, fact: FileExpired) -> bool:
        made = self.known.made.get(fact.handler)
        if made is None or made.fact != fact.generation or fact.handler in self.known.expired:
            return False
        self.known.expired.add(fact.handler)
        self.known.asked[fact.handler] = fact.id
        return True

    def _act(self, fact: FlagsChanged | Act) -> bool:
        if fact.id in self.acts:
            return False
        self.acts.add(fact.id)
        if isinstance(fact, FlagsChanged):
            self.known.flags.update({name.value: value for name, value in fact.changes.items()})
            self.known.flags_set.update(name.value for name in fact.changes)
            return True
        spec = self.known.handlers.get(fact.handler)
        if isinstance(fact, FilePut):
            return self._put(fact, spec)
        if spec is not None and spec.kind == "triggered":
            return False
        return self._operate(fact, spec)

    def _operate(self, fact: Act, spec: HandlerSpec | None) -> bool:
        known = self.known
        match fact:
            case FileVetoed():
                (known.vetoed.add if fact.vetoed else known.vetoed.discard)(fact.handler)
            case FileFrozen():
                (known.frozen.add if fact.frozen else known.frozen.discard)(fact.handler)
            case FileRequested():
                known.asked[fact.handler] = fact.id
            case FileDeleted():
                if fact.handler in known.frozen:
                    return False
                known.asked[fact.handler] = fact.id
                known.deleted |= known.contents.keys() & set(spec.files if spec else ())
            case RunCancelled():
                return self._cancel(fact, spec)
            case _:
                return False
        return True

    def _put(self, fact: FilePut, spec: HandlerSpec | None) -> bool:
        known = self.known
        if spec is None:
            if known.manifest is None:
                self._keep(fact.files)
            return known.manifest is None
        names = {content.file for content in fact.files}
        if fact.handler in known.frozen or not names <= set(spec.files):
            return False
        if spec.kind == "triggered":
            self._keep(fact.files)
            return True
        inputs = known.inputs(spec, known.statuses())
        there = [known.contents[file] for file in spec.files if file in known.contents]
        kept = [one for one in there if one.file not in known.deleted]
        files = {content.file: content.digest for content in (*kept, *fact.files)}
        self._make(fact.handler, Run(fact.id, spec.code, inputs, files), fact.files)
        return True

    def _cancel(self, fact: RunCancelled, spec: HandlerSpec | None) -> bool:
        known, told = self.known, self.known.statuses()
        if spec is None or told[spec.name] not in {"to be made", "failed"}:
            return False
        inputs = known.inputs(spec, told)
        if spec.name not in known.expired and known.is_right(spec, inputs):
            del known.asked[spec.name]
            return True
        asked = known.asked.get(spec.name, "")
        run = Run(fact.id, spec.code, inputs, is_cancelled=True, asked=asked)
        known.failed.setdefault(spec.name, []).append(run)
        return True

    def _make(self, handler: str, run: Run, contents: tuple[FileContent, ...]) -> None:
        self._keep(contents)
        self.known.made[handler] = run
        self.known.failed.pop(handler, None)
        self.known.asked.pop(handler, None)
        self.known.expired.discard(handler)

    def _keep(self, contents: tuple[FileContent, ...]) -> None:
        known = self.known
        for content in contents:
            earlier = known.contents.get(content.file)
            if earlier is None or earlier.digest != content.digest:
                known.versions[content.file] = known.versions.get(content.file, -1) + 1
            known.contents[content.file] = content
            known.deleted.discard(content.file)

    def _judge(self, fact: RunResult) -> HandlerSpec | None:
        """Complain if a result should not have been accepted at this place."""
        known, spec = self.known, self.known.handlers.get(fact.handler)
        if spec is None or spec.code != fact.code:
            self._complain(STALE, f"{fact.id} is by other code than adopted")
            return None
        if known.is_retracted or known.forbids(spec) or fact.handler in known.frozen:
            self._complain(HELD, f"{fact.id} of {fact.handler}, which was held back")
        failed = known.failure(fact.handler, fact.code, fact.inputs)
        if failed is not None and failed.is_final:
            how = "was cancelled" if failed.is_cancelled else "had failed for good"
            self._complain(HELD, f"{fact.id} of {fact.handler}, which {how} with these inputs")
        for name in spec.flags:
            self._compare(fact, {f"flags#{name}": known.flag(name)})
        for dependency in spec.dependencies:
            self._judge_inputs(dependency, fact)
        return spec

    def _judge_inputs(self, dependency: DependencySpec, fact: RunResult) -> None:
        offered = self.known.offered(dependency)
        if dependency.optional and all(fact.inputs.get(name) is None for name in offered):
            return
        self._compare(fact, offered)

    def _compare(self, fact: RunResult, latest: dict[str, str | None]) -> None:
        for name, digest in latest.items():
            used = fact.inputs.get(name)
            if used != digest:
                message = f"{fact.id} of {fact.handler} used {name}={used}, the latest is {digest}"
                self._complain(STALE, message)

    def _complain(self, invariant: str, message: str) -> None:
        self.complaints.append((invariant, f"{self.known.event}: {message}"))
