"""What a person did to an event's files by hand, found by their digests, as facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from llama.client.acting.placing import aspects_by_hand
from llama.domain.digests import WHOLE, Digest, digest_json
from llama.domain.handler import FileHandler, maker_of
from llama.domain.needs import Assessor
from llama.domain.states import EventState, StoredFile
from llama.ports.clock import Clock
from llama.ports.event_folder import EventFolder
from schemas.facts import Fact, FileDeleted, FilePut
from schemas.files import FileContent, HandlerSpec

BY_HAND = "in the event's folder"
Keep = Callable[[bytes], Digest]
"""Takes a content into the store (or only names it) and returns its digest."""


@dataclass(frozen=True, slots=True)
class Found:
    """Names of files that are not as they were shown, ancestors first."""

    gone: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Edited although they are frozen: they stay as they were."""


@dataclass(frozen=True, slots=True)
class Edits:
    """Finds what was done by hand in one event's folder."""

    folder: EventFolder
    clock: Clock
    handlers: Mapping[str, type[FileHandler]]
    """The handlers whose files are looked at, by file name, ancestors first."""

    def look(self, state: EventState) -> Found:
        """Return what was done since the files were shown last.

        A file was edited if it is neither what was shown last nor what the state has: a process
        that died between writing a fact and showing it leaves no trace here. Files that the
        adopted pipeline lacks are nobody's business; those that come from outside, frozen ones,
        and those in whose place a folder is, cannot be deleted by hand.
        """
        specs = self._adopted(state)
        # Before the files: whoever shows others meanwhile remembers it after they are there.
        shown = self.folder.shown()
        seen = self.folder.seen(specs)
        held = {name for name, spec in specs.items() if spec.name in state.frozen}
        fixed = held | {name for name, spec in specs.items() if spec.kind == "triggered"}
        fixed |= {path.name for path in self.folder.obstructed(specs)}
        gone = shown.keys() & visible(state).keys() - seen.keys() - fixed
        edited = [name for name in specs if _is_edited(seen.get(name), name, shown, state)]
        return Found(
            gone=tuple(name for name in specs if name in gone),
            edited=tuple(name for name in edited if name not in held),
            refused=tuple(name for name in edited if name in held),
        )

    def facts(self, state: EventState, found: Found, keep: Keep) -> list[Fact]:
        """Return the facts that turn a state into what was found.

        What is gone comes first, then what was put, ancestors first: a file counts as made from
        those that were put with it.
        """
        gone = dict.fromkeys(maker_of(self.handlers[name]) for name in found.gone)
        facts: list[Fact] = [self._deleted(state, maker) for maker in gone]
        for name in found.edited:
            handler, content = self.handlers[name], self.folder.read(name)
            if content is not None:
                facts.append(self.put(state, handler, content, reason=BY_HAND, keep=keep))
        return facts

    def endangered(self, state: EventState, found: Found) -> tuple[str, ...]:
        """Return the edited files that the next run replaces, for the sake of one that is missing.

        A run makes all files of its handler: an edit lasts only where none of them is missing.
        """
        specs = self._adopted(state)
        missing = {
            spec.name for spec in specs.values() if not all(map(state.tree_file, spec.files))
        }
        return tuple(name for name in found.edited if specs[name].name in missing)

    def put(
        self,
        state: EventState,
        handler: type[FileHandler],
        content: bytes,
        *,
        reason: str,
        keep: Keep,
    ) -> FilePut:
        """Keep a content; return the fact that it takes the place of a handler's file."""
        digest = keep(content)
        attached = _attached(state.files.get(handler.FILENAME))
        file = FileContent(
            file=handler.FILENAME,
            digest=digest,
            size=len(content),
            aspects={**aspects_by_hand(handler, content), **attached, WHOLE: digest},
            attached=tuple(attached),
        )
        return FilePut(
            id=act_id(state, "put", handler.FILENAME, digest),
            occurred_at=self.clock.now(),
            event=state.event,
            handler=maker_of(handler).__name__,
            reason=reason,
            files=(file,),
        )

    def _deleted(self, state: EventState, maker: type[FileHandler]) -> FileDeleted:
        return FileDeleted(
            id=act_id(state, "delete", maker.FILENAME),
            occurred_at=self.clock.now(),
            event=state.event,
            handler=maker.__name__,
            reason=BY_HAND,
        )

    def _adopted(self, state: EventState) -> dict[str, HandlerSpec]:
        """Return who makes each of the files, as far as the adopted pipeline says."""
        handlers = state.manifest.handlers if state.manifest else ()
        makers = {file: spec for spec in handlers for file in spec.files}
        return {name: makers[name] for name in self.handlers if name in makers}


def _is_edited(
    digest: Digest | None, name: str, shown: Mapping[str, Digest], state: EventState
) -> bool:
    """Tell whether a file is there, and is neither what was shown nor what the state has."""
    stored = state.tree_file(name)
    return digest not in {None, shown.get(name), stored.content.digest if stored else None}


def _attached(stored: StoredFile | None) -> dict[str, str]:
    """Return what a notice brought beside a file's text: it is not in the text, so it stays."""
    if stored is None:
        return {}
    return {name: stored.content.aspects[name] for name in stored.content.attached}


def act_id(state: EventState, *what: str) -> str:
    """Return the id of an act upon an event, as its log stands: nobody else is writing it."""
    return digest_json([state.event, state.sequence, *what])[:32]


def visible(state: EventState) -> dict[str, Digest]:
    """Return the digests of the files that people may see."""
    assessor = Assessor(state)
    shown: dict[str, Digest] = {}
    for name, stored in state.tree.items():
        maker = assessor.maker_of(name)
        if maker is None or not assessor.of(maker).is_hidden:
            shown[name] = Digest(stored.content.digest)
    return shown
