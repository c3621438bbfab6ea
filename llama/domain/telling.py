"""Facts in words: what happened to an event, who ordered it and why, for lists that people read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from llama.domain.changes import describe
from llama.domain.in_brief import in_brief
from llama.domain.states import Outcome
from schemas.facts import (
    Act,
    Fact,
    FileDeleted,
    FileExpired,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileObsoleted,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    PipelineRequested,
    RunCancelled,
    TriggerReceived,
)
from schemas.flags import FlagValue

_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.IGNORED: "changed nothing",
        Outcome.REDUNDANT: "known already",
        Outcome.SUPERSEDED: "overtaken: not used",
    }
)
"""What there is to say of a fact that was not applied."""
_DIGEST = 12
"""As much of a digest as a person compares."""

_ORDERS: Mapping[type[Act], str] = MappingProxyType(
    {
        FileDeleted: "delete what {} made",
        FileRequested: "make {} again",
        RunCancelled: "cancel the run of {}",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact in words."""

    what: str
    by: str = ""
    """Who ordered it; empty for what the system does by itself."""
    why: str = ""


def told(fact: Fact) -> Told:
    """Tell a fact in words."""
    match fact:
        case TriggerReceived() | PipelineAdopted():
            return Told(_arrival(fact))
        case FileGenerated():
            until = f"valid until {_at(fact.valid_until)}" if fact.valid_until else ""
            return Told(f"{_run(fact)} made {_files(fact)} in {fact.wall_s:.2f} s", why=until)
        case FileFailed():
            return Told(f"{_run(fact)} failed ({fact.error})", why=_failure(fact))
        case FileObsoleted():
            because = "; ".join(describe(change) for change in fact.because)
            return Told(f"{fact.file} is obsolete", why=because)
        case FileExpired():
            return Told(f"what {fact.handler} made has expired")
        case FlagsChanged() | PipelineRequested() | Act():
            return Told(_order(fact), fact.by, in_brief(fact.reason))
        case _:
            assert_never(fact)


def told_of(fact: Fact, outcome: str) -> Told:
    """Tell a fact with what it did, where that is not what was to be expected."""
    words = told(fact)
    if isinstance(fact, FileObsoleted | PipelineRequested):
        return words  # An announcement, and a question: neither changes anything itself.
    did = _OUTCOMES.get(Outcome(outcome), "")
    return replace(words, why="; ".join(part for part in (did, words.why) if part))


def _arrival(fact: TriggerReceived | PipelineAdopted) -> str:
    if isinstance(fact, PipelineAdopted):
        return f"adopted pipeline {fact.manifest.digest[:_DIGEST]} (epoch {fact.epoch})"
    return f"{fact.alert_type.value} notice of {_at(fact.time_created)}"


def _run(fact: FileGenerated | FileFailed) -> str:
    attempt = f", attempt {fact.attempt}" if fact.attempt > 1 else ""
    return f"{fact.handler} (code {fact.code}{attempt})"


def _files(fact: FileGenerated | FilePut) -> str:
    return ", ".join(content.file for content in fact.files)


def _failure(fact: FileFailed) -> str:
    then = f"again at {_at(fact.retry_at)}" if fact.retry_at else "not tried again by itself"
    return f"{in_brief(fact.message)} ({then})".strip()


def _order(fact: FlagsChanged | PipelineRequested | Act) -> str:
    match fact:
        case FlagsChanged():
            changes = fact.changes.items()
            words = [f"{name.value}={_word(value)}" for name, value in changes]
            return f"flags {' '.join(words)}"
        case PipelineRequested():
            return "make --stale: the newest code is asked for"
        case _:
            return _act(fact)


def _act(fact: Act) -> str:
    if isinstance(fact, FilePut):
        return f"put {_files(fact)}"
    if isinstance(fact, FileVetoed):
        return f"{'veto' if fact.vetoed else 'unveto'} {fact.handler}"
    if isinstance(fact, FileFrozen):
        return f"{'freeze' if fact.frozen else 'unfreeze'} {fact.handler}"
    return _ORDERS[type(fact)].format(fact.handler)


def _word(value: FlagValue) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
