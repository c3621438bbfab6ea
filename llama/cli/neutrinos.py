"""Commands that look at the neutrinos that notices have told of: llama neutrinos."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from llama.cli.output import AsJson, fail, print_json, print_table
from llama.cli.session import in_models
from llama.domain.notice.times import EARLIEST, LATEST, read_time
from llama.ports.projections import NeutrinoRow, NeutrinoSpan

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
    start: Annotated[str, typer.Option(help="Since when: 2023-04-16T05:00Z.")] = "",
    stop: Annotated[str, typer.Option(help="Until when, this moment included.")] = "",
    limit: Annotated[int, typer.Option(help="How many at the most.", min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """List received neutrinos, the latest first, with tests and retracted ones, which say so."""
    wanted = NeutrinoSpan(
        _time(start, EARLIEST), _time(stop, LATEST), limit, tests=True, retracted=True
    )

    async def ask(models: "PostgresReadModels", _: "SystemClock") -> Sequence[NeutrinoRow]:
        return await models.neutrinos(wanted)

    rows = in_models(ask)
    if as_json:
        from schemas.base import zulu

        print_json([_fields(row) | {"time": zulu(row.time)} for row in rows])
    else:
        print_table(TITLE, COLUMNS, [_row(row) for row in rows])


def _time(said: str, usual: datetime) -> datetime:
    read = read_time(said) if said else None
    if said and read is None:
        fail(f"{said!r} is no time: write it as 2023-04-16T05:00Z", code=2)
    return read.utc if read else usual


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
    words = ("a test" if row.is_test else "", "retracted" if row.retracted else "")
    return (
        row.neutrino,
        f"{row.time:%Y-%m-%d %H:%M:%S}",
        *(_figure(one) for one in (row.ra_deg, row.dec_deg, row.sigma_deg, energy_tev)),
        row.stream,
        str(row.revision),
        ", ".join(word for word in words if word) or row.kind,
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"
