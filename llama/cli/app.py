"""The command line: which commands there are."""

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as release
from typing import Annotated

import typer

from llama.cli import (
    acts,
    archive,
    background,
    checks,
    copies,
    dead_letters,
    demo,
    events,
    export,
    files,
    history,
    ingest,
    log,
    ls,
    make,
    neutrinos,
    publish,
    rebuild,
    replay,
    selections,
    sources,
    system,
    triggers,
    watch,
)
from llama.cli.output import print_line

app = typer.Typer(
    name="llama",
    help="Make and keep current the data products of every gravitational-wave event.",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    system.up,
    system.down,
    ingest.ingest,
    events.status,
    ls.ls,
    files.cat,
    files.why,
    files.graph,
    log.log,
    history.diff,
    history.show,
    history.tarball,
    export.export,
    watch.watch,
    replay.replay,
    copies.clone,
    copies.compare,
    make.make,
    acts.retry,
    acts.cancel,
    acts.put,
    acts.delete,
    acts.freeze,
    acts.unfreeze,
    acts.veto,
    acts.unveto,
    acts.flags,
    checks.verify,
    rebuild.rebuild,
    sources.sources,
    demo.demo,
):
    app.command()(command)
app.add_typer(dead_letters.dlq)
app.add_typer(archive.archive)
app.add_typer(neutrinos.neutrinos)
app.add_typer(triggers.triggers)
app.add_typer(publish.publish)
app.add_typer(background.background)
app.add_typer(selections.selection)


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    """Make and keep current the data products of every gravitational-wave event."""
    if version:
        print_line(f"llama {_release()}")
        raise typer.Exit


def _release() -> str:
    try:
        return release("llama-gwhen")
    except PackageNotFoundError:
        return "(not installed: it runs from its sources)"


def main() -> None:
    """Run the command that was typed."""
    try:
        app()
    except OSError as error:  # a folder that is closed, a full disk: the command's own words do
        sys.exit(f"llama: {error.filename or 'input or output'}: {error.strerror or error}")
