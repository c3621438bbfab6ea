"""Options that were given an empty value: an unset variable of a shell, which means nothing."""

import typer

from llama.cli.output import fail


def not_empty(context: typer.Context, option: typer.CallbackParam, value: str) -> str:
    """Return the value of an option; end the command if it was given an empty one."""
    refuse_empty(context, option, value)
    return value


def refuse_empty(context: typer.Context, option: typer.CallbackParam, value: str | None) -> None:
    """End the command with exit code 2 if an option was given an empty value."""
    if value is None or value.strip():
        return
    source = context.get_parameter_source(option.name or "")
    if source is not None and source.name != "DEFAULT":
        fail(f"{option.opts[0]} is empty: give it a value, or leave it out", code=2)
