"""Wrong rules of what facts do to an event."""

from tests.simulation.mutating import Mutant

ATTEMPTS = "llama.domain.attempts"
FOLD, STORING, ACTS = "llama.domain.event_state", "llama.domain.storing", "llama.domain.acts"
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
        first=1044,
    ),
    Mutant(
        "what was only asked for has failed when it is cancelled",
        ACTS,
        "if assessed.is_only_asked:",
        "if assessed.is_only_asked and not state.made:",
        first=3238,
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
        first=7810,
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
        first=252,
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
        "folded.outcome is Outcome.APPLIED",
        "folded.outcome is not None",
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
)
