"""The command line: which commands there are."""

import typer

from llama.cli import checks, demo, events, ingest, system

app = typer.Typer(
    name="llama",
    help="Make and keep current the data products of every gravitational-wave event.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    system.up,
    system.down,
    ingest.ingest,
    events.status,
    events.cat,
    events.why,
    events.graph,
    events.log,
    checks.verify,
    demo.demo,
):
    app.command()(command)
app.add_typer(checks.dlq)


def main() -> None:
    """Run the command that was typed."""
    app()
