"""Reads captured streams: folders with notices, notices, and events in folders."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from llama.client.replaying import Captured, Occasion, captured_from
from llama.domain.notice import Refused, read_notice
from llama.ports.event_folder import EventFolder
from schemas.base import LATEST_YEAR

NOTICES = frozenset({".json"})
"""Suffixes of files in a folder that are taken for notices: JSON is what is read today."""

_LAST = datetime(LATEST_YEAR, 12, 31, tzinfo=UTC)


@dataclass(slots=True)
class Capturing:
    """Reads what is named, one after the other."""

    folder_of: Callable[[Path], EventFolder]
    refused: list[str] = field(default_factory=list[str])
    """What is no notice, and why."""

    def read(self, paths: Iterable[Path]) -> list[Captured]:
        """Return the events of a stream, in the order in which they come up.

        An event in a folder stands by itself; of the notices in a folder, the oldest comes first.
        """
        events: list[Captured] = []
        notices: dict[str, list[Occasion]] = {}
        for path in (one for given in paths for one in self._within(given)):
            if path.is_dir():
                events.append(self._event(path))
            else:
                self._notice(path, notices)
        return events + [Captured(event, tuple(told)) for event, told in notices.items()]

    def _within(self, path: Path) -> Iterator[Path]:
        """Go through the events' folders and the notices that a path stands for."""
        if not path.is_dir() or self.folder_of(path).exists():
            yield path
            return
        inside = sorted(path.iterdir())
        yield from (one for one in inside if one.is_dir() and self.folder_of(one).exists())
        files = [one for one in inside if one.is_file() and one.suffix in NOTICES]
        yield from sorted(files, key=lambda file: (_created(file), file.name))

    def _event(self, path: Path) -> Captured:
        folder = self.folder_of(path)
        facts, _ = folder.facts(0)
        event = facts[0].event if facts else path.name
        return captured_from(event, facts, folder.content)

    def _notice(self, path: Path, notices: dict[str, list[Occasion]]) -> None:
        raw = path.read_bytes()
        notice = read_notice(raw)
        if isinstance(notice, Refused):
            self.refused.append(f"{path} is no notice: {notice.reason.value}: {notice.detail}")
            return
        told = notices.setdefault(notice.superevent_id, [])
        told.append(Occasion(notice.time_created, notice=raw))


def _created(path: Path) -> datetime:
    """Return a notice's own time; what is no notice comes last."""
    notice = read_notice(path.read_bytes())
    return _LAST if isinstance(notice, Refused) else notice.time_created
