"""Wrong rules of the services: of tasks, timers, memories and histories."""

from tests.simulation.mutating import Mutant

RESOLVER, ADOPTING = (
    "services.dependency_resolver.reactions",
    "services.dependency_resolver.adopting",
)
WORKER, HISTORIAN = "services.handler_worker.carrying", "services.versioning.reactions"
FOLDER, LEDGER = "llama.runtime.folding", "llama.adapters.memory.ledger"
TELLING = "llama.runtime.telling"
MUTANTS = (
    Mutant(
        "every event is taken for a new one",
        RESOLVER,
        " if own[0].before.manifest is None]",
        "]",
    ),
    Mutant(
        "what is no longer wanted stays on the table",
        RESOLVER,
        "        wanted = {event: self._wanted(own[-1]) for event, own in by_event.items()}\n",
        "        wanted = {event: self._wanted(own[-1]) for event, own in by_event.items()}\n"
        "        wanted = {event: tasks for event, tasks in wanted.items() if tasks}\n",
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
        first=1502,
    ),
    Mutant(
        "a task is closed before its result is on the log",
        WORKER,
        "        append = partial(self.log.append, FACTS_TOPIC, reports)\n",
        "        await self.queue.finish(_leases(jobs))\n"
        "        append = partial(self.log.append, FACTS_TOPIC, reports)\n",
    ),
    Mutant(
        "a batch that is rolled back is remembered",
        FOLDER,
        "            await self._react(transaction, folded)\n",
        "            self.remember(states)\n            await self._react(transaction, folded)\n",
    ),
    Mutant(
        "what came before one's own facts is passed over",
        TELLING,
        "        offsets = takewhile(there.__contains__, count(batch.end))\n",
        "        offsets = sorted(there)\n",
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
