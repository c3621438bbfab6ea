"""Facts in words: what happened to an event, who ordered it and why, for lists that people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from llama.domain.changes import describe
from llama.domain.failure_text import again
from llama.domain.in_brief import in_brief
from llama.domain.states import EventState, Outcome
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
_NO_FILES: Mapping[str, Sequence[str]] = MappingProxyType({})
_DIGEST = 12
"""As much of a digest as a person compares."""
_ODDITIES = 3
"""So many of a notice are told in a list."""

_ORDERS: Mapping[type[Act], str] = MappingProxyType(
    {
        FileDeleted: "delete {}",
        FileRequested: "make {} again",
        RunCancelled: "cancel the run of {}",
    }
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One fact in words."""

    what: str
    by: str = ""
    """Who ordered it; empty for what the system does by itself."""
    why: str = ""


def told(fact: Fact, files: Mapping[str, Sequence[str]] = _NO_FILES) -> Telling:
    """Tell a fact in words; `files` are those of each handler, which acts are told by."""
    match fact:
        case TriggerReceived() | PipelineAdopted():
            return Telling(_arrival(fact), why=_oddities(fact))
        case FileGenerated():
            until = f"valid until {_at(fact.valid_until)}" if fact.valid_until else ""
            return Telling(f"{_run(fact)} made {_files(fact)} in {fact.wall_s:.2f} s", why=until)
        case FileFailed():
            return Telling(f"{_run(fact)} failed ({fact.error})", why=_failure(fact))
        case FileObsoleted():
            because = "; ".join(describe(change) for change in fact.because)
            return Telling(f"{fact.file} is obsolete", why=because)
        case FileExpired():
            return Telling(f"{_named(fact.handler, files)} has expired")
        case FlagsChanged() | PipelineRequested() | Act():
            return Telling(_order(fact, files), fact.by, in_brief(fact.reason))
        case _:
            assert_never(fact)


def told_of(fact: Fact, outcome: str, files: Mapping[str, Sequence[str]] = _NO_FILES) -> Telling:
    """Tell a fact with what it did, where that is not what was to be expected."""
    words = told(fact, files)
    if isinstance(fact, FileObsoleted | PipelineRequested):
        return words  # An announcement, and a question: neither changes anything itself.
    did = _OUTCOMES.get(Outcome(outcome), "")
    return replace(words, why="; ".join(part for part in (did, words.why) if part))


def _arrival(fact: TriggerReceived | PipelineAdopted) -> str:
    if isinstance(fact, PipelineAdopted):
        return f"adopted pipeline {fact.manifest.digest[:_DIGEST]} (epoch {fact.epoch})"
    return f"{fact.alert_type.value} notice of {_at(fact.time_created)}"


def _oddities(fact: TriggerReceived | PipelineAdopted) -> str:
    """Return the first oddities of a notice: alert.json has all of them."""
    if isinstance(fact, PipelineAdopted):
        return ""
    more = len(fact.oddities) - _ODDITIES
    rest = (f"{more} more in alert.json",) if more > 0 else ()
    told = "; ".join((*fact.oddities[:_ODDITIES], *rest))
    return f"odd: {told}" if told else ""


def _run(fact: FileGenerated | FileFailed) -> str:
    attempt = f", attempt {fact.attempt}" if fact.attempt > 1 else ""
    return f"{fact.handler} (code {fact.code}{attempt})"


def _files(fact: FileGenerated | FilePut) -> str:
    return ", ".join(content.file for content in fact.files)


def _failure(fact: FileFailed) -> str:
    then = again(fact.retry_at) or "not tried again by itself"
    return f"{in_brief(fact.message)} ({then})".strip()


def files_by_handler(state: EventState) -> Mapping[str, Sequence[str]]:
    """Return the files of each handler of an event's pipeline."""
    specs = state.manifest.handlers if state.manifest else ()
    return {spec.name: spec.files for spec in specs}


def _named(handler: str, files: Mapping[str, Sequence[str]]) -> str:
    """Name what a handler makes: by its files, or by itself if nobody knows them."""
    return " and ".join(files.get(handler, ())) or f"what {handler} makes"


def _order(fact: FlagsChanged | PipelineRequested | Act, files: Mapping[str, Sequence[str]]) -> str:
    match fact:
        case FlagsChanged():
            changes = fact.changes.items()
            words = [f"{name.value}={_word(value)}" for name, value in changes]
            return f"flags {' '.join(words)}"
        case PipelineRequested():
            return "make --stale: the newest code is asked for"
        case _:
            return _act(fact, files)


def _act(fact: Act, files: Mapping[str, Sequence[str]]) -> str:
    what = _named(fact.handler, files)
    if isinstance(fact, FilePut):
        return f"put {_files(fact)}"
    if isinstance(fact, FileVetoed):
        return f"{'veto' if fact.vetoed else 'unveto'} {what}"
    if isinstance(fact, FileFrozen):
        return f"{'freeze' if fact.frozen else 'unfreeze'} {what}"
    return _ORDERS[type(fact)].format(what)


def _word(value: FlagValue) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
