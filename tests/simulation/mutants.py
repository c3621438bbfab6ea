"""Wrong rules: each must break an invariant, or the simulation does not see what it should.

`python -m tests.simulation.mutants NAME` plays seeds with one of them in place.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[2]
SURVIVED, UNFIT, KILLED = 0, 2, 3
"""Exit codes; 1 is Python's own."""
UNCHANGED = "unchanged"
"""The name under which the product plays as it is."""


class Unfit(ValueError):
    """A mutant whose snippet is not in its module, or not only once."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one place in one module."""

    name: str
    module: str
    old: str
    new: str

    @property
    def path(self) -> Path:
        """Where the module is."""
        return ROOT.joinpath(*self.module.split(".")).with_suffix(".py")

    def source(self) -> str:
        """Return the module's text with the change in it; Unfit if it cannot be made."""
        text = self.path.read_text()
        if (times := text.count(self.old)) != 1:
            raise Unfit(
                f"mutant {self.name!r} changes a snippet that stands {times} times in "
                f"{self.module}: write it anew in tests/simulation/mutants.py\n{self.old}"
            )
        return text.replace(self.old, self.new)


ATTEMPTS = "llama.domain.attempts"
FOLD, RULES, STORING = "llama.domain.event_state", "llama.domain.rules", "llama.domain.storing"
OFFERS, ACTS, CHANGES = "llama.domain.offers", "llama.domain.acts", "llama.domain.changes"
RESOLVER, ADOPTING = (
    "services.dependency_resolver.reactions",
    "services.dependency_resolver.adopting",
)
WORKER, HISTORIAN = "services.handler_worker.reactions", "services.versioning.reactions"
FOLDER, LEDGER = "llama.runtime.folding", "llama.adapters.memory.ledger"
MUTANTS = (
    Mutant(
        "any result is taken for the one that is needed",
        FOLD,
        "    return assessed.need if assessed else None\n",
        "    need = assessed.need if assessed else None\n"
        "    return replace(need, id=fact.need, attempt=fact.attempt) if need else None\n",
    ),
    Mutant(
        "runs in vain are not counted",
        ATTEMPTS,
        "max(counts.get(need, 0), attempt)",
        "0",
    ),
    Mutant(
        "a handler remembers one failure, whatever its inputs were",
        ATTEMPTS,
        "{**_bounded(earlier), failure.need: failure}",
        "{failure.need: failure}",
    ),
    Mutant(
        "what was only asked for has failed when it is cancelled",
        ACTS,
        "if assessed.is_only_asked:",
        "if assessed.is_only_asked and not state.made:",
    ),
    Mutant(
        "a changed file is what it was when its run is cancelled",
        ACTS,
        "if assessed.is_only_asked:",
        "if fact.handler in state.requests:",
    ),
    Mutant(
        "a frozen file can be deleted",
        ACTS,
        "return None if fact.handler in state.frozen else _delete(state, fact, spec)",
        "return _delete(state, fact, spec)",
    ),
    Mutant(
        "the notice that comes last is the newest",
        FOLD,
        "current.age_key > record.age_key",
        "current.age_key > record.age_key and False",
    ),
    Mutant(
        "a copy of a notice counts again",
        FOLD,
        "known.age_key >= record.age_key",
        "known.age_key > record.age_key",
    ),
    Mutant(
        "an earlier deployment is adopted again",
        FOLD,
        "if fact.epoch <= state.epoch:",
        "if fact.epoch == state.epoch:",
    ),
    Mutant(
        "an expiry is about whatever is there now",
        FOLD,
        "made is None or made.fact != fact.generation or ",
        "made is None or ",
    ),
    Mutant(
        "a cancelled run is taken all the same",
        FOLD,
        "failure is not None and failure.error == CANCELLED",
        "failure is not None and failure.error == 'no such error'",
    ),
    Mutant(
        "an act counts as often as it is told",
        ACTS,
        "    acts = state.acts.set(fact.id, None)\n",
        "    acts = state.acts\n",
    ),
    Mutant(
        "what is put by hand replaces what is frozen",
        ACTS,
        "fact.handler in state.frozen or ",
        "",
    ),
    Mutant(
        "a need forgets what was made before it",
        RULES,
        'occasion = (made.fact if made else "", ',
        'occasion = ("", ',
    ),
    Mutant(
        "a need forgets what an operator asked for",
        RULES,
        'state.requests.get(handler.name, ""))',
        '"")',
    ),
    Mutant(
        "retracted events are worked on",
        RULES,
        "if self.state.is_retracted:",
        "if self.state.is_retracted and not handler.dependencies:",
    ),
    Mutant(
        "frozen files are made again",
        RULES,
        "if handler.name in state.frozen:",
        "if handler.name in state.frozen and not state.files:",
    ),
    Mutant(
        "vetoed events are worked on",
        RULES,
        "if state.flags.VETOED:",
        "if state.flags.VETOED and not state.files:",
    ),
    Mutant(
        "an act that did nothing may still do something later",
        ACTS,
        "return replace(state, acts=acts, outcome=Outcome.IGNORED)",
        "return replace(state, outcome=Outcome.IGNORED)",
    ),
    Mutant(
        "a result is adopted though its attempt was concluded",
        FOLD,
        "need.attempt != fact.attempt:\n        return _refuse(state, fact)\n"
        "    if _is_cancelled(state, need):\n        return _refuse(state, fact)\n"
        "    if need.handler.files",
        "False:\n        return _refuse(state, fact)\n"
        "    if _is_cancelled(state, need):\n        return _refuse(state, fact)\n"
        "    if need.handler.files",
    ),
    Mutant(
        "a repeated fact makes an old event young",
        FOLD,
        "is_work = isinstance(fact, _WORK) and folded.outcome is Outcome.APPLIED",
        "is_work = isinstance(fact, _WORK)",
    ),
    Mutant(
        "conditions of the pipeline are not looked at",
        RULES,
        "if is_met(veto, self.state, there)), None)",
        "if not self.state.files), None)",
    ),
    Mutant(
        "what another handler made is taken for current",
        RULES,
        'return "another handler made it"',
        'return ""',
    ),
    Mutant(
        "new code makes nothing obsolete",
        CHANGES,
        "if made.code != handler.code:",
        "if made.code > handler.code:",
    ),
    Mutant(
        "what waits for an ancestor is made from the old one",
        OFFERS,
        "if status in UNSETTLED and not",
        "if status in UNSETTLED and dependency.file not in state.files and not",
    ),
    Mutant(
        "a consumer is given the whole file's digest for an aspect",
        OFFERS,
        "stored.content.aspects.get(aspect) if stored else None",
        "stored.content.digest if stored else None",
    ),
    Mutant(
        "what cannot be made is used where it is optional",
        OFFERS,
        "usable = status is not Status.MASKED and not (dependency.optional and status in HOPELESS)",
        "usable = status is not Status.MASKED",
    ),
    Mutant(
        "what may never come is waited for where it is optional",
        OFFERS,
        "return dependency.optional and assessed is not None and assessed.awaits_outside",
        "return False",
    ),
    Mutant(
        "what may never come counts as something that is on its way",
        RULES,
        "outside = gathered.awaits_outside",
        "outside = False",
    ),
    Mutant(
        "what waits for something from outside shows what an older notice gave",
        RULES,
        "is_hidden=outside, awaits_outside=outside",
        "awaits_outside=outside",
    ),
    Mutant(
        "a vetoed ancestor does not block",
        OFFERS,
        "elif status in HOPELESS and not dependency.optional:",
        "elif status is Status.FAILED and not dependency.optional:",
    ),
    Mutant(
        "every result is a new version",
        STORING,
        "previous is not None and previous.content.digest == content.digest",
        "previous is not None and previous.fact == fact.id",
    ),
    Mutant(
        "a request stays when it is done",
        STORING,
        "requests=without(state.requests, [fact.handler])",
        "requests=state.requests",
    ),
    Mutant(
        "what is no longer wanted stays on the table",
        RESOLVER,
        "        await transaction.tasks.want(state.event, tasks)\n",
        "        if tasks:\n            await transaction.tasks.want(state.event, tasks)\n",
    ),
    Mutant(
        "tasks are wanted by the state before the last fact",
        RESOLVER,
        "state, cause = last.after, last.fact.id",
        "state, cause = last.before, last.fact.id",
    ),
    Mutant(
        "nobody waits for the end of a content's time",
        RESOLVER,
        "await transaction.timers.expect(state.event, timers)",
        "await transaction.timers.expect(state.event, timers[:0])",
    ),
    Mutant(
        "a deployment leaves what is cooling down to the old code",
        ADOPTING,
        "return bool(decision.runs) or not decision.is_settled",
        "return not decision.is_settled",
    ),
    Mutant(
        "a task is closed before its result is on the log",
        WORKER,
        "            outcome = await self._run(lease.task)\n",
        "            outcome = await self._run(lease.task)\n"
        "            await self.queue.finish(lease)\n",
    ),
    Mutant(
        "a batch that is rolled back is remembered",
        FOLDER,
        "            await self._react(transaction, folded)\n",
        "            self._remember(states)\n            await self._react(transaction, folded)\n",
    ),
    Mutant(
        "whoever was overtaken goes on with what it remembers",
        FOLDER,
        "        self._cache = OrderedDict[str, EventState]()\n",
        "        if hasattr(self, '_cache'):\n            return\n"
        "        self._cache = OrderedDict[str, EventState]()\n",
    ),
    Mutant(
        "nobody looks whether somebody else has read on",
        LEDGER,
        "            if self.store.offsets.get(place, 0) != expected:\n",
        "            if self.store.offsets.get(place, 0) < expected:\n",
    ),
    Mutant(
        "the history forgets how far it has come",
        HISTORIAN,
        "transaction.move_heads({one.revision.event: one.head for one in found})",
        "transaction.heads({one.revision.event for one in found})",
    ),
)


class _Loader(SourceFileLoader):
    """Loads a mutant, and never the compiled module that lies beside it."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(mutant.path))
        self._source = mutant.source()

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant, self._loader = mutant, _Loader(mutant)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        return spec_from_file_location(fullname, self._mutant.path, loader=self._loader)


def main() -> int:
    """Play seeds with the mutant that the command line names, until one breaks an invariant."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants")
    parser.add_argument("name", choices=[UNCHANGED, *(mutant.name for mutant in MUTANTS)])
    parser.add_argument("--seeds", type=int, default=3000)
    options = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if mutant.name == options.name]
    try:
        sys.meta_path[:0] = [_Finder(mutant) for mutant in chosen]
    except Unfit as error:
        sys.stderr.write(f"{error}\n")
        return UNFIT
    # Only now: whatever imports the product before would import it as it is.
    from tests.simulation.seeds import failures

    failed = next(failures(range(options.seeds)), None)
    sys.stdout.write(f"{failed or 'it survives'}\n")
    return KILLED if failed else SURVIVED


if __name__ == "__main__":
    sys.exit(main())
