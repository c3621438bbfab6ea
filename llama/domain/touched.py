"""Whom a fact concerns at once: the handlers to be assessed anew, before those they carry along."""

from collections.abc import Iterator

from llama.domain.states import EventState
from llama.domain.wiring import Wiring
from schemas.facts import Act, Fact, FileExpired, RunResult, TriggerReceived
from schemas.files import FLAGS
from schemas.flags import FlagName


def touched(
    wiring: Wiring, before: EventState, after: EventState, fact: Fact
) -> Iterator[str] | tuple[str, ...]:
    """Return the handlers (some perhaps twice) whose assessment a fact may change by itself.

    Both states have the manifest of the wiring. What a handler's assessment looks at: the newest
    notice, flags, what the state says of the handler and its files, the digests of its inputs;
    and its ancestors' statuses, which are not seen to here.
    """
    if _concerns_all(before, after):
        return tuple(wiring.by_name)
    return _touched(wiring, before, after, fact)


def _concerns_all(before: EventState, after: EventState) -> bool:
    """Whether the event was retracted, restored, vetoed as a whole, or allowed again."""
    if before.flags.VETOED != after.flags.VETOED:
        return True
    is_hidden = before.is_retracted or after.is_retracted
    return is_hidden and before.notice is not after.notice


def _touched(wiring: Wiring, before: EventState, after: EventState, fact: Fact) -> Iterator[str]:
    if before.notice is not after.notice:
        yield from wiring.of_notice
    for flag in FlagName if before.flags != after.flags else ():
        if before.flags.digest(flag) != after.flags.digest(flag):
            yield from wiring.readers.get(f"{FLAGS}#{flag}", ())
    if isinstance(fact, RunResult | FileExpired | Act) and fact.handler in wiring.by_name:
        yield fact.handler
    for file in _files(wiring, fact):
        if before.files.get(file) is not after.files.get(file) or _deleted(file, before, after):
            yield from _touched_by_file(wiring, before, after, file)


def _files(wiring: Wiring, fact: Fact) -> tuple[str, ...]:
    """Return the files that a fact may have changed."""
    if isinstance(fact, TriggerReceived):
        return tuple(content.file for content in fact.files)
    if isinstance(fact, RunResult | Act) and fact.handler in wiring.by_name:
        return wiring.by_name[fact.handler].files
    return ()


def _deleted(file: str, before: EventState, after: EventState) -> bool:
    """Whether a file was deleted, or is there again."""
    return (file in before.deleted) != (file in after.deleted)


def _touched_by_file(
    wiring: Wiring, before: EventState, after: EventState, file: str
) -> Iterator[str]:
    if file in wiring.makers:
        yield wiring.makers[file].name
    was, now = _digests(before, file), _digests(after, file)
    for aspect in was.keys() | now.keys():
        if was.get(aspect) != now.get(aspect) or _deleted(file, before, after):
            yield from wiring.readers.get(f"{file}#{aspect}", ())


def _digests(state: EventState, file: str) -> dict[str, str]:
    stored = state.files.get(file)
    return stored.content.aspects if stored else {}
