"""A run: the events of a folder, a pipeline for them, and which of them are meant.

run = Run("runs").downselect(vetoed=False, sec_since_v0_lt=86400)
for event in run.update():
    event.printstatus()
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Self, Unpack

from llama.client.event import Event, PipelineLike
from llama.client.local.file_criteria import Selection
from llama.client.local.identifying import pipeline_meant
from llama.client.pipeline import DEFAULT_PIPELINE, Pipeline
from llama.client.pipelines.selection import HandlerClass, OneOrSeveral, Reducer
from llama.client.runs.figures import figures_of
from llama.client.runs.pictures import write_both, write_each
from llama.client.runs.survey import Survey, survey_of
from llama.client.runs.update import Updated, UpdateFailure, update_events
from llama.client.workshop import draw_run
from llama.domain.handler import maker_of
from llama.domain.resources import without_resources
from llama.domain.selection.criteria import Criteria, SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.text import to_text

AT_ONCE = 4
"""How many events are updated at the same time, unless it is said."""


Given = Downselection | Mapping[str, object]
"""A downselection, or its criteria by name."""


class Run:
    """Events of one folder and a pipeline to work on them with; it cannot be changed.

    `rundir` is where the events' folders are: it is resolved, and ValueError says that it is none.
    `downselection` says which events are meant: one, or several in turn; each is a Downselection
    or a mapping of its criteria (TypeError for what is neither). Equal runs have the same folder,
    pipeline and downselections.
    """

    __slots__ = ("_downselection", "_pipeline", "_rundir")

    def __init__(
        self,
        rundir: str | Path = ".",
        pipeline: PipelineLike = DEFAULT_PIPELINE,
        downselection: Given | Iterable[Given] | None = (),
    ) -> None:
        self._rundir = Path(rundir).expanduser().resolve()
        self._pipeline = pipeline_meant(pipeline)
        self._downselection = tuple(self._with_makers(one) for one in _chain(downselection))
        if not self._rundir.is_dir():
            raise ValueError(f"there is no folder {self._rundir}: make it, or name another rundir")

    @property
    def rundir(self) -> Path:
        """The folder of the events' folders: absolute, without links."""
        return self._rundir

    @property
    def pipeline(self) -> Pipeline:
        """What is made of the events."""
        return self._pipeline

    @property
    def downselection(self) -> tuple[Downselection, ...]:
        """Which events are meant: each applies to what the one before it left."""
        return self._downselection

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they are now, the newest first unless a downselection sorts them.

        ValueError, naming them, if some that are not sorted otherwise have no event time.
        """
        return self._survey().sorted_events(self._downselection)

    def downselect(self, **criteria: Unpack[Criteria]) -> Self:
        """Return the run of those events that meet all criteria; see Downselection for each.

        TypeError for one that does not exist, ValueError for a value that does not fit.
        """
        chosen = Downselection.of(**criteria)
        return type(self)(self._rundir, self._pipeline, (*self._downselection, chosen))

    def downselect_pipeline(
        self,
        invert: bool = False,  # noqa: FBT001, FBT002 - the original's signature
        reducer: Reducer = all,
        type: OneOrSeveral[HandlerClass] | None = None,  # noqa: A002 - the pipeline's own name
        typename: OneOrSeveral[str] | None = None,
        subclass: OneOrSeveral[type] | None = None,
        subgraph: OneOrSeveral[HandlerClass] | None = None,
    ) -> Self:
        """Return the run of the same events with a part of the pipeline: Pipeline.downselect."""
        part = self._pipeline.downselect(
            invert=invert,
            reducer=reducer,
            type=type,
            typename=typename,
            subclass=subclass,
            subgraph=subgraph,
        )
        return self.__class__(self._rundir, part, self._downselection)

    def update(self, *, at_once: int = AT_ONCE, **files: Unpack[Selection]) -> Updated:
        """Update the events, some `at_once`, until nothing is left to be made.

        With criteria (those of FileGraph.downselect) exactly these files are made once, whether or
        not they need it; see Event.update for those that cool down. A failure stops nothing else;
        each is logged, and all are in `failures` of what is returned: the events in which something
        was made. TypeError for a criterion that does not exist, ValueError if `at_once` is less
        than 1.
        """
        if at_once < 1:
            raise ValueError(f"{at_once} events at once would make nothing: give 1 or more")
        _refuse_unknown(files)
        survey = self._survey()
        failures = [_unjudged(eventid, error) for eventid, error in survey.unreadable.items()]
        events = survey.readable_events(self._downselection)
        return update_events(events, at_once=at_once, criteria=files, failures=failures)

    def vis(
        self, outfile: str | Path | None = None, *, outdir: str | Path = "."
    ) -> tuple[Path, ...]:
        """Draw wall times and finished files by handler; return the paths of the pictures.

        `outfile` gets both side by side, as its suffix says: .svg, .png or .pdf (ValueError for
        another). Without it `wall-times.png` and `finished-files.png` are written into `outdir`.
        Folders are made if need be.
        """
        events = self._survey().all_events(self._downselection)
        files = without_resources(self._pipeline).values()
        makers = dict.fromkeys(maker_of(one).__name__ for one in files)
        figures = figures_of((event.state for event in events), tuple(makers))
        title = f"{self._rundir.name}: {len(events)} event{'' if len(events) == 1 else 's'}"
        if outfile is not None:
            return (write_both(figures, Path(outfile), draw_run(), title=title),)
        return write_each(figures, Path(outdir), draw_run(), title=title)

    def __len__(self) -> int:
        return len(self._survey().all_events(self._downselection))

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and _identity(other) == _identity(self)

    def __hash__(self) -> int:
        return hash(_identity(self))

    def __repr__(self) -> str:
        chain = "".join(f", {_brief(one)!r}" for one in self._downselection)
        return f"Run({str(self._rundir)!r}, {self._pipeline!r}{chain})"

    def _survey(self) -> Survey:
        return survey_of(self._rundir, self._pipeline, self._downselection)

    def _with_makers(self, downselection: Downselection) -> Downselection:
        """Let names of files made along stand for their maker: events know handlers by that."""
        makers = {
            field: self._makers(getattr(downselection, field))
            for field in ("fhnameexists", "fhnamemeta")
        }
        return downselection.model_copy(update=makers)

    def _makers(self, names: tuple[str, ...]) -> tuple[str, ...]:
        known = self._pipeline
        return tuple(
            sorted({maker_of(known[one]).__name__ if one in known else one for one in names})
        )


def _chain(given: Given | Iterable[Given] | None) -> Iterable[Downselection]:
    """Read one downselection or several, each as it is or as a mapping of its criteria."""
    several: Iterable[object] = () if given is None else (given,)
    if isinstance(given, Iterable) and not isinstance(given, Downselection | Mapping | str):
        several = given
    for one in several:
        if isinstance(one, Downselection):
            yield one
        elif isinstance(one, Mapping):
            yield Downselection.read({str(name): value for name, value in one.items()})
        else:
            raise TypeError(f"{one!r} selects no events: give a Downselection, or its criteria")


def _identity(run: Run) -> tuple[Path, Pipeline, tuple[Downselection, ...]]:
    return run.rundir, run.pipeline, run.downselection


def _brief(downselection: Downselection) -> str:
    """Return a downselection as text, also where its sortkey is code."""
    if downselection.sortkey is None or isinstance(downselection.sortkey, SortKey):
        return to_text(downselection)
    rest = to_text(downselection.model_copy(update={"sortkey": None}))
    name = getattr(downselection.sortkey, "__name__", "code")
    return f"{rest},sortkey={name}".removeprefix(",")


def _unjudged(eventid: str, error: Exception) -> UpdateFailure:
    return UpdateFailure(eventid, None, type(error).__name__, str(error))


def _refuse_unknown(files: Selection) -> None:
    known = Selection.__optional_keys__
    for name in files:
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            advice = (
                f"did you mean {nearest[0]!r}?" if nearest else f"use {', '.join(sorted(known))}"
            )
            raise TypeError(f"there is no criterion {name!r} for files: {advice}")
