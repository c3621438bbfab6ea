"""Commands that look at the neutrinos that notices have told of: llama neutrinos."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from llama.cli.output import AsJson, print_json, print_table
from llama.cli.session import in_models
from llama.cli.spans import Limit, Start, Stop, figure, span_of, standing
from llama.ports.projections import NeutrinoRow

if TYPE_CHECKING:
    from llama.adapters.postgres import PostgresReadModels
    from llama.adapters.system_clock import SystemClock

TITLE = "ICRS and one standard deviation in degrees, energies in TeV"
COLUMNS = ("id", "when (UTC)", "RA", "Dec", "sigma", "energy", "stream", "revision", "it is")
_GEV_PER_TEV = 1000.0

neutrinos = typer.Typer(
    name="neutrinos",
    help="Look at the neutrinos that notices have told of.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@neutrinos.command("ls")
def list_neutrinos(
    start: Start = "", stop: Stop = "", limit: Limit = 100, as_json: AsJson = False
) -> None:
    """List received neutrinos, the latest first, with tests and retracted ones, which say so."""
    wanted = span_of(start, stop, limit)

    async def ask(models: "PostgresReadModels", _: "SystemClock") -> Sequence[NeutrinoRow]:
        return await models.neutrinos(wanted)

    rows = in_models(ask)
    if as_json:
        from schemas.base import zulu

        print_json([_fields(row) | {"time": zulu(row.time)} for row in rows])
    else:
        print_table(TITLE, COLUMNS, [_row(row) for row in rows])


def _fields(row: NeutrinoRow) -> dict[str, object]:
    return {
        "id": row.neutrino,
        "revision": row.revision,
        "ra_deg": row.ra_deg,
        "dec_deg": row.dec_deg,
        "sigma_deg": row.sigma_deg,
        "energy_gev": row.energy_gev,
        "kind": row.kind,
        "stream": row.stream,
        "is_test": row.is_test,
        "retracted": row.retracted,
        "raw": row.raw,
    }


def _row(row: NeutrinoRow) -> tuple[str, ...]:
    energy_tev = None if row.energy_gev is None else row.energy_gev / _GEV_PER_TEV
    return (
        row.neutrino,
        f"{row.time:%Y-%m-%d %H:%M:%S}",
        *(figure(one) for one in (row.ra_deg, row.dec_deg, row.sigma_deg, energy_tev)),
        row.stream,
        str(row.revision),
        standing(is_test=row.is_test, retracted=row.retracted, usual=row.kind),
    )
