"""What `llama background` simulates with: recipes, processes, a progress bar."""

import inspect
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from llama.cli.output import AsJson, fail, progress
from llama.domain.errors import Misconfigured
from llama.runtime.pipelines import look_in_current_folder
from llama.runtime.settings import read_settings

if TYPE_CHECKING:
    from llama.handlers.background.calibration import Calibration
    from llama.handlers.background.sets import BackgroundSet
    from llama.handlers.background.trials import Recipe
    from llama.handlers.neutrinos.detector import Detector

Told = Callable[[int], None]
INTERRUPTED = 130
"""The exit code of what Ctrl-C ended."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


Jobs = Annotated[
    int, typer.Option(help="Processes at work; 0: one for each processor.", min=0, max=256)
]
SourceUrl = Annotated[
    str, typer.Option(help="Whose tracks: a source as LLAMA_NEUTRINOS names it; empty: that one.")
]


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What can be said of a set that is to be built."""

    search: Annotated[str, typer.Option(help="ensemble or significant.")]
    instruments: Annotated[str, typer.Option(help="Of the waves, as H1L1.")] = "H1L1"
    n: Annotated[int, typer.Option("--n", help="Trials.", min=1, max=10_000_000)] = 100_000
    group: Annotated[str, typer.Option(help="CBC or Burst.")] = "CBC"
    population: Annotated[
        str, typer.Option(help="reported: such as detectors report; mock: as in mock notices.")
    ] = "reported"
    source: SourceUrl = ""
    seed: Annotated[int, typer.Option(help="Another seed gives other trials.", min=0)] = 0
    jobs: Jobs = 0
    as_json: AsJson = False


def with_build_options(command: Callable[[BuildOptions], None]) -> Callable[..., None]:
    """Give a command the options of a set that is to be built."""

    @wraps(command)
    def run(**given: Any) -> None:
        command(BuildOptions(**given))

    vars(run)["__signature__"] = inspect.signature(BuildOptions)
    return run


def recipe_of(asked: BuildOptions) -> "Recipe":
    """Return the recipe that options ask for; ends the command if they make no sense."""
    from llama.handlers.background.key import Key, instruments_in
    from llama.handlers.background.trials import Recipe
    from llama.handlers.coincidence.settings import SearchSettings

    detector, settings = detector_of(asked.source), SearchSettings()
    try:
        network = instruments_in(asked.instruments)
        key = Key.of(
            asked.search, asked.group, network, detector, settings, population=asked.population
        )
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"--{first['loc'][0]}: {first['msg']}", code=2)
    except ValueError as error:
        fail(f"--instruments: {error}", code=2)
    recipe = Recipe(
        key.search,
        key.group,
        key.instruments,
        detector,
        settings,
        seed=asked.seed,
        kind=key.population,
    )
    _ = recipe.population  # Misconfigured before anything is begun
    return recipe


def detector_of(source: str) -> "Detector":
    """Return the detector of a source; Misconfigured if the source cannot be had."""
    from llama.handlers.neutrinos.source import DEFAULT_URL, source_from

    look_in_current_folder()  # as services do: one module makes the set and the lists
    return source_from(source or read_settings().neutrinos or DEFAULT_URL).detector


def built(recipe: "Recipe", trials: int, folder: Path, jobs: int, told: Told) -> "BackgroundSet":
    """Build a set; Ctrl-C ends the command with what was simulated kept."""
    from llama.handlers.background import building

    try:
        return building.built(recipe, trials, folder, jobs=jobs, told=told)
    except KeyboardInterrupt:
        done = building.kept(recipe, trials, folder)
        progress(f"interrupted: {done:,} of {trials:,} trials are kept; the same command goes on")
        raise typer.Exit(INTERRUPTED) from None


def calibrated(
    background: "BackgroundSet", trials: int, source: str, jobs: int
) -> "list[Calibration]":
    """Judge fresh trials by a set; Misconfigured if the source is of another detector."""
    from llama.handlers.background.calibration import calibrations, fresh
    from llama.handlers.background.trials import fresh_recipe

    detector = detector_of(source or f"simulated:{background.key.detector}")
    if detector.digest != background.key.detector_digest:
        raise Misconfigured(
            f"the set is for other figures of {background.key.detector} than this source has:"
            " build it again, or name its source with --source"
        )
    recipe = fresh_recipe(background, detector)
    with bar(background.key.words(), trials) as told:
        return calibrations(background, fresh(recipe, trials, jobs=jobs, told=told), recipe.seed)


@contextmanager
def bar(title: str, trials: int) -> Generator[Told]:
    """Show how far trials are, on standard error if it is a terminal."""
    from rich import progress as shown_by
    from rich.console import Console

    columns = (
        shown_by.SpinnerColumn(),
        shown_by.TextColumn("{task.description}"),
        shown_by.BarColumn(),
        shown_by.MofNCompleteColumn(),
        shown_by.TimeElapsedColumn(),
        shown_by.TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr, highlight=False)
    hidden = not console.is_terminal
    with shown_by.Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        task = shown.add_task(title, total=trials)
        yield lambda done: shown.update(task, completed=done)
