"""An event for people: its folder, its files, what can be done with it. No service is needed."""

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Literal, Self, Unpack

from llama.client.filegraph import FileGraph
from llama.client.local.acts import LocalActs
from llama.client.local.cloning import Cloning, recorded
from llama.client.local.comparing import Comparison, compared
from llama.client.local.file_criteria import Selection
from llama.client.local.identifying import file_meant, identified, pipeline_meant
from llama.client.local.log_text import log_text
from llama.client.local.status_text import status_text
from llama.client.local.tarball import write_archive
from llama.client.local.workbench import Workbench
from llama.client.pipeline import DEFAULT_PIPELINE, Pipeline
from llama.client.workshop import auxiliary_in, is_event_folder, open_bench, open_folder
from llama.domain.flags import DEFAULT, Flags, changes_meant
from llama.domain.handler import FileHandler
from llama.domain.identity import Located
from llama.domain.selection.profile import about, event_time_of
from llama.domain.states import EventState
from llama.domain.versions import Entry
from llama.domain.why import explanation_of
from llama.domain.why_text import text_of
from schemas.flags import FlagValue

BEGUN_SO = "the event was begun so"
PipelineLike = Pipeline | ModuleType | Mapping[str, type[FileHandler]]


class Event:
    """An event that lives in a folder of its own, `<rundir>/<eventid>`, with its own log.

    `event` is an id, an EventTuple, another Event, a handler's instance or anything that has an
    eventid and a rundir, which then counts. `rundir` is the folder in which one works, unless it
    is said. ValueError for anything else and for a rundir that does not exist.
    """

    def __init__(
        self,
        event: str | Located,
        rundir: str | Path | None = None,
        pipeline: PipelineLike = DEFAULT_PIPELINE,
    ) -> None:
        known = identified(event, rundir)
        self.eventid = known.eventid
        self.rundir = Path(known.rundir)
        self.pipeline = pipeline_meant(pipeline)

    @classmethod
    def fromdir(cls, path: str | Path = ".", pipeline: PipelineLike = DEFAULT_PIPELINE) -> Self:
        """Return the event of a folder; links are followed."""
        folder = Path(path).expanduser().resolve()
        return cls(folder.name, folder.parent, pipeline)

    @staticmethod
    def is_event_folder(path: Path) -> bool:
        """Tell whether a folder is an event's."""
        return is_event_folder(path)

    @property
    def bench(self) -> Workbench:
        """What works in the event's folder."""
        return self._bench

    @cached_property
    def _bench(self) -> Workbench:
        return open_bench(self.eventid, self.eventdir, self.pipeline)

    @property
    def eventdir(self) -> Path:
        """The event's folder."""
        return self.rundir / self.eventid

    def exists(self) -> bool:
        """Tell whether the event has been begun."""
        return self.bench.folder.exists()

    def init(self, flags: Flags | str | Mapping[str, FlagValue] = DEFAULT) -> Self:
        """Begin the event: make its folder and log, and set its flags; return the event.

        `flags` is one of PRESETS, as it is or by its name, Flags of one's own, or a mapping of some
        flags: the others are as the first notice says. An event that exists stays exactly as it is,
        its flags too. ValueError if there is no such preset, flag or value, or something else than
        a folder stands in its place.
        """
        changes_meant(flags)
        in_place = self.eventdir.exists() or self.eventdir.is_symlink()
        if in_place and not self.eventdir.is_dir():
            raise ValueError(f"{self.eventdir} is no folder: move it, or use another rundir")
        is_new = not self.exists()
        self.bench.begin()
        if is_new and flags != DEFAULT:
            self.acts.preset(flags, reason=BEGUN_SO)
        return self

    @property
    def state(self) -> EventState:
        """What the facts of the event's log amount to; empty before it was begun."""
        return self.bench.state if self.exists() else EventState(self.eventid)

    @property
    def flags(self) -> Flags:
        """The event's flags; `acts.flags` changes them."""
        return self.state.flags

    @property
    def acts(self) -> LocalActs[Self]:
        """What an operator can do with the event: veto, freeze, delete, put and so on."""
        return LocalActs(self)

    @property
    def files(self) -> FileGraph:
        """The handlers of its files, and how they stand."""
        return FileGraph(self, self.pipeline)

    def ingest(self, notice: bytes | str | Path) -> Self:
        """Take in a notice, its bytes as a broker delivered them or the path of a file with them.

        ValueError if it is none of this event's.
        """
        raw = notice if isinstance(notice, bytes) else Path(notice).read_bytes()
        self.init().bench.take_in(raw)
        return self

    def update(self, **downselect: Unpack[Selection]) -> bool:
        """Make what needs making; tell whether anything was made.

        With criteria (those of FileGraph.downselect) these files and no others are made, each once
        and whether or not they need it, if what they are made from is there. What cools down or has
        failed for good is tried again only if the criteria say which files they are (`typename`,
        `equals`, `subgraph`...) or ask for `cooldown`: a loop of `update(exists=False)` hammers at
        nothing. Failures do not stop the others: `printstatus()` tells them and `why()` explains
        them. ValueError for a name that no class or file of it has. ActRefused before `init`,
        Unavailable if another process is making files of the event, its folder cannot be written,
        or a folder is in the place of one of these files: then all else has been made.
        """
        return self.files.update(**downselect)

    def why(self, file: str | FileHandler | type[FileHandler]) -> str:
        """Return why a file is what it is: inputs, runs and failures with their tracebacks.

        `print(event.why("plot.png"))`; the file is said by its name, its handler or its class.
        ValueError if the pipeline has no such file.
        """
        state, name = self.bench.prospect(), file_meant(file, self.bench.known_files)
        explanation = explanation_of(state, name, now=self.bench.clock.now())
        if explanation is None:
            raise ValueError(f"{self.eventid} has no file {name}")
        return text_of(explanation)

    def log(self) -> str:
        """Return what happened to the event, a line for each fact, in the words of `llama log`.

        `print(event.log())`; nothing before the event was begun.
        """
        facts = self.bench.folder.facts(0)[0] if self.exists() else ()
        return log_text(self.eventid, facts)

    @property
    def auxiliary_paths(self) -> tuple[Path, ...]:
        """The paths in the event's folder that keep the event and are no file of it."""
        return auxiliary_in(self.eventdir)

    @property
    def cruft_files(self) -> tuple[Path, ...]:
        """The paths in the event's folder that neither the pipeline nor the log knows."""
        known = {handler.FILENAME for handler in self.pipeline.values()}
        known |= {*self.state.files, *(path.name for path in self.auxiliary_paths)}
        entries = sorted(self.eventdir.iterdir()) if self.eventdir.is_dir() else []
        return tuple(path for path in entries if path.name not in known)

    @property
    def gpstime(self) -> float:
        """When it happened, in GPS seconds, as its newest notice tells; -1 if none does."""
        from llama.handlers.sky.times import gps_seconds

        time = event_time_of(self.state)
        return -1.0 if time is None else gps_seconds(time)

    @property
    def v0_time(self) -> float | Literal[False]:
        """When its first file came, in POSIX seconds; False if none ever did."""
        first = about(self.state).first_at
        return first.timestamp() if first else False

    @property
    def modification_time(self) -> float | Literal[False]:
        """When a file last changed, in POSIX seconds; False if there never was one.

        This and `change_time` are times of the facts, not of the file system.
        """
        modified = about(self.state).modified_at
        return modified.timestamp() if modified else False

    @property
    def change_time(self) -> float | Literal[False]:
        """When anything was last known of it, in POSIX seconds; False before its first fact."""
        state = self.state
        return state.as_of.timestamp() if state.sequence else False

    @property
    def versions(self) -> Sequence[Entry]:
        """The revisions of its files, oldest first: those that a system with these facts has."""
        return tuple(one.entry for one in recorded(self.eventid, self.bench.folder))

    def clone(
        self,
        commit: str = "HEAD",
        rundir: str | Path | None = None,
        clobber: bool = False,  # noqa: FBT001, FBT002 - the original's signature
    ) -> Self:
        """Return a copy of the event as it was at a revision, in another rundir, to be worked on.

        `commit` is HEAD, HEAD~1, a commit (or its first digits), a revision's number, or a moment;
        UnknownRevision if there is none such, NoMoment for a moment that is none,
        GitRepoUninitialized before the first. What was known until the next revision is known to
        the copy; edits by hand that are no facts yet are not. `rundir` is made if need be, a
        temporary folder unless it is said, which stays. A copy whose newest revision it is already
        is left as it is if nobody has edited its files; for anything else that is in its place
        FileExistsError, unless `clobber` lets it be replaced.
        """
        into = tempfile.mkdtemp(prefix="llama-") if rundir is None else Path(rundir).expanduser()
        Path(into).mkdir(parents=True, exist_ok=True)
        copy = type(self)(self.eventid, into, self.pipeline)
        cloning = Cloning(self.eventid, self.bench.folder, open_folder, self.bench.clock)
        cloning.clone(commit, copy.eventdir, clobber=clobber)
        return copy

    def fork(self, rundir: str | Path) -> Self:
        """Copy the event, which may be an export, into another rundir, to be worked on there.

        FileExistsError if there is an event of this name.
        """
        copy = type(self)(self.eventid, rundir, self.pipeline)
        shutil.copytree(self.eventdir, copy.eventdir)
        copy.bench.folder.mark("")
        return copy

    def compare_contents(self, other: "Event | str | Path") -> Comparison:
        """Compare the contents of all files with those of another event, or of its folder.

        Return those that match, those that differ, and those that cannot be compared because one
        side lacks them. ValueError if the other event has another pipeline.
        """
        if not isinstance(other, Event):
            other = type(self).fromdir(other, self.pipeline)
        return compared(self.files, other.files)

    def printstatus(
        self,
        cruft: bool = False,  # noqa: FBT001, FBT002 - the original's signature
        highlight: str | None = None,
        unicode: bool = True,  # noqa: FBT001, FBT002
        plot: str | Path | None = None,
    ) -> None:
        """Print how each file stands, in a line; `why` explains one, with its traceback.

        `cruft` adds what does not belong in the folder, `highlight` marks the files of a handler or
        name, `unicode=False` keeps to ASCII, `plot` says where to draw the graph (.dot, .svg, .png
        or .pdf).
        """
        strays = self.cruft_files if cruft else ()
        text = status_text(self.files, cruft=strays, highlight=highlight, unicode=unicode)
        sys.stdout.write(text)
        if plot is not None:
            self.files.dependency_graph(plot)

    def save_tarball(self, outfile: str | Path | None = None) -> Path:
        """Write the event's files to a gzipped tar archive, `<eventid>.tar.gz` unless named.

        Equal files give equal bytes. Return where it is.
        """
        target = Path(f"{self.eventid}.tar.gz" if outfile is None else outfile)
        there = self.files.downselect(exists=True).values()
        contents = {one.FILENAME: self.bench.content(one.FILENAME) for one in there}
        write_archive(target, self.eventid, contents)
        return target

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and _identity(other) == _identity(self)

    def __hash__(self) -> int:
        return hash(_identity(self))

    def __repr__(self) -> str:
        return f"Event({self.eventid!r}, {str(self.rundir)!r})"


def _identity(event: Event) -> tuple[str, Path, Pipeline]:
    return event.eventid, event.rundir, event.pipeline
