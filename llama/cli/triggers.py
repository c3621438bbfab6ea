"""Commands that look at other observatories' triggers: llama triggers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from llama.cli.output import AsJson, print_json, print_table
from llama.cli.session import in_models
from llama.cli.spans import Limit, Start, Stop, figure, span_of, standing
from llama.ports.projections import ExternalTriggerRow

if TYPE_CHECKING:
    from llama.adapters.postgres import PostgresReadModels
    from llama.adapters.system_clock import SystemClock

TITLE = "ICRS and the radius of what contains the source in degrees, rates in Hz"
COLUMNS = (
    *("observatory", "id", "when (UTC)", "what", "RA", "Dec", "radius", "rate"),
    *("revision", "it is"),
)

triggers = typer.Typer(
    name="triggers",
    help="Look at the triggers of other observatories that notices have told of.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@triggers.command("ls")
def list_triggers(
    start: Start = "", stop: Stop = "", limit: Limit = 100, as_json: AsJson = False
) -> None:
    """List received triggers, the latest first, with tests and retracted ones, which say so."""
    wanted = span_of(start, stop, limit)

    async def ask(models: "PostgresReadModels", _: "SystemClock") -> Sequence[ExternalTriggerRow]:
        return await models.external_triggers(wanted)

    rows = in_models(ask)
    if as_json:
        print_json([_fields(row) for row in rows])
    else:
        print_table(TITLE, COLUMNS, [_row(row) for row in rows])


def _fields(row: ExternalTriggerRow) -> dict[str, object]:
    import orjson

    from schemas.base import zulu

    return {
        "observatory": row.observatory,
        "id": row.trigger,
        "time": zulu(row.time),
        "kind": row.kind,
        "instrument": row.instrument,
        "name": row.name,
        "revision": row.revision,
        "sent_at": zulu(row.sent_at),
        "ra_deg": row.ra_deg,
        "dec_deg": row.dec_deg,
        "error_deg": row.error_deg,
        "containment": row.containment,
        "far_hz": row.far_hz,
        "classification": orjson.loads(row.classification),
        "map_url": row.map_url,
        "is_test": row.is_test,
        "retracted": row.retracted,
        "raw": row.raw,
    }


def _row(row: ExternalTriggerRow) -> tuple[str, ...]:
    share = "" if row.containment is None else f" ({100 * row.containment:.3g} %)"
    return (
        row.observatory,
        row.trigger,
        f"{row.time:%Y-%m-%d %H:%M:%S}",
        row.kind.replace("_", " "),
        *(figure(one) for one in (row.ra_deg, row.dec_deg)),
        figure(row.error_deg) + share,
        figure(row.far_hz),
        str(row.revision),
        standing(is_test=row.is_test, retracted=row.retracted, usual="observed"),
    )
