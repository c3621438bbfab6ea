"""Commands about background sets: llama background build, ls, check."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.output import AsJson, fail, print_json, print_line, print_table, progress
from llama.cli.simulating import (
    BuildOptions,
    Jobs,
    SourceUrl,
    bar,
    built,
    calibrated,
    processors,
    recipe_of,
    with_build_options,
)
from llama.domain.errors import LlamaError
from llama.runtime.settings import read_settings

if TYPE_CHECKING:
    from llama.handlers.background.calibration import Calibration
    from llama.handlers.background.sets import BackgroundSet
    from llama.handlers.background.store import Store

COLUMNS = ("set", "search", "group", "instruments", "tracks of", "population", "trials", "where")
Judged = Mapping[str, "Sequence[Calibration]"]

background = typer.Typer(
    name="background",
    help="Simulate and check background sets: the odds that chance gives.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@background.command("build")
@with_build_options
def build(options: BuildOptions) -> None:
    """Simulate a set and keep it; after Ctrl-C the same command goes on where it stopped."""
    store = _store()
    try:
        recipe = recipe_of(options)
        with bar(recipe.key.words(), options.n) as told:
            made = built(recipe, options.n, store.parts, options.jobs or processors(), told)
    except LlamaError as error:
        fail(str(error))
    path = store.add(made)
    store.clear(recipe)
    if options.as_json:
        print_json(_told(path.name, made, str(path.parent)))
    else:
        print_line(f"{made.trials:,} trials, {made.key.words()}: {path}")
        progress("events that come in are judged by it once the dependency resolver starts again")


@background.command("ls")
def list_sets(as_json: AsJson = False) -> None:
    """List the sets that there are: those of the package and those that were built."""
    listed = _listed()
    if as_json:
        print_json([_told(*one) for one in listed])
    else:
        print_table("", COLUMNS, [_row(*one) for one in listed])


@background.command("check")
def check(
    name: Annotated[
        str,
        typer.Argument(metavar="[SET]", help="As `ls` shows it, or its beginning; all if empty."),
    ] = "",
    trials: Annotated[int, typer.Option(help="Fresh trials.", min=100, max=1_000_000)] = 2000,
    source: SourceUrl = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for pictures, one of each set.")
    ] = None,
    jobs: Jobs = 0,
    as_json: AsJson = False,
) -> None:
    """Judge fresh trials by the sets: exit code 1 if p-values promise more than they keep."""
    sets = _named(name)
    try:
        judged = {
            each: calibrated(one, trials, source, jobs or processors())
            for each, one in sets.items()
        }
    except LlamaError as error:
        fail(str(error))
    _report(judged, as_json=as_json)
    if output is not None:
        _draw(output, judged, sets)
    if not all(one.passes for found in judged.values() for one in found):
        raise typer.Exit(1)


def _store() -> "Store":
    from llama.handlers.background.store import Store

    return Store(read_settings().backgrounds_folder)


def _listed() -> list[tuple[str, "BackgroundSet", str]]:
    from llama.handlers.background.store import package_sets

    store = _store()
    found = store.found()
    for name, reason in found.refused.items():
        progress(f"{store.folder / name} is no background set: {reason}")
    listed = [(name, one, "package") for name, one in package_sets().items()]
    return listed + [(name, one, str(store.folder)) for name, one in found.sets.items()]


def _named(name: str) -> dict[str, "BackgroundSet"]:
    found = {each: one for each, one, _ in _listed() if each.startswith(name)}
    if not found:
        fail(f"there is no background set {name}: `llama background ls` lists them", code=2)
    return found


def _told(name: str, one: "BackgroundSet", where: str) -> dict[str, object]:
    return {
        "set": name,
        "digest": one.digest,
        "key": one.key.to_json(),
        "trials": one.trials,
        "tracks": len(one.track_odds),
        "made": one.made.model_dump(mode="json"),
        "where": where,
    }


def _row(name: str, one: "BackgroundSet", where: str) -> tuple[str, ...]:
    key = one.key
    network = "".join(key.instruments)
    trials = f"{one.trials:,}"
    return (
        name.removesuffix(".npz"),
        key.search,
        key.group,
        network,
        key.detector,
        key.population,
        trials,
        where,
    )


def _report(judged: Judged, *, as_json: bool) -> None:
    if as_json:
        print_json({name: [one.to_json() for one in found] for name, found in judged.items()})
        return
    for name, found in judged.items():
        levels = [f"P(p ≤ {level.x:g})" for level in found[0].levels]
        columns = ("p of the", "trials", *levels, "uniform (KS)", "status")
        print_table(name.removesuffix(".npz"), columns, [_verdict(one) for one in found])


def _verdict(one: "Calibration") -> tuple[str, ...]:
    levels = [f"{level.share:.4f}{'' if level.passes else ' !'}" for level in one.levels]
    return (
        one.name,
        f"{one.trials:,}",
        *levels,
        f"{one.ks_p:.3g}",
        "calibrated" if one.passes else "failed",
    )


def _draw(folder: Path, judged: Judged, sets: Mapping[str, "BackgroundSet"]) -> None:
    from llama.handlers.background.picture import to_png

    folder.mkdir(parents=True, exist_ok=True)
    for name, found in judged.items():
        path = folder / f"{name.removesuffix('.npz')}.png"
        path.write_bytes(to_png(found, sets[name].key.words()))
        progress(f"wrote {path}")
