"""The columns of the table of neutrinos, and what is said above it."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama.handlers.results.numerals import SMALL, clock
from llama.handlers.results.numerals import p_value as p_words
from llama.handlers.results.result import JointResult
from llama.handlers.results.tracks import RankedTrack
from llama.handlers.results.verdict import partial_words, verdict_of


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in CSV, its heading for people, its unit."""

    name: str
    heading: str
    unit: str


COLUMNS = (
    Column("rank", "rank", ""),
    Column("dt_s", "dt", "s"),
    Column("ra_deg", "RA", "deg"),
    Column("dec_deg", "Dec", "deg"),
    Column("radius_90_deg", "radius", "deg"),
    Column("energy_gev", "energy", "GeV"),
    Column("odds_ratio", "odds", ""),
    Column("p_value", "p", ""),
    Column("id", "id", ""),
)
MISSING = "-"
LEGEND = (
    "dt = neutrino less event; radius = 90 % of the probability (2.146 sigma); RA, Dec: ICRS;",
    "energy: proxy; odds and p of each track where they were computed.",
)


def numbers_of(track: RankedTrack) -> tuple[float | int | str | None, ...]:
    """Return the values of a track, in the order of COLUMNS, unrounded."""
    return (
        track.rank, track.dt_s, track.ra_deg, track.dec_deg, track.radius_90_deg,
        track.energy_gev, track.odds_ratio, track.p_value, track.id,
    )  # fmt: skip


def cells_of(track: RankedTrack) -> tuple[str, ...]:
    """Return the values of a track as ASCII text with the digits that have a meaning."""
    return (
        str(track.rank),
        _fixed(track.dt_s, "+.2f"),
        _fixed(track.ra_deg, ".2f"),
        _fixed(track.dec_deg, "+.2f"),
        _fixed(track.radius_90_deg, ".2f"),
        _energy(track.energy_gev),
        _fixed(track.odds_ratio, ".3g"),
        _p(track.p_value),
        track.id,
    )


def heading_of(result: JointResult) -> Sequence[str]:
    """Return lines that say of what event the table is, and how far it can be trusted."""
    marks = [one.upper() for one in (result.test, result.unobserved) if one]
    mark = f" - {', '.join(marks)}: no observation" if marks else ""
    when = clock(result.event_time, decimals=3) if result.event_time else "time not given"
    found = [f"Neutrinos around {result.event}{mark}", f"Event: {when}"]
    if result.neutrinos and result.neutrinos.source:
        found.append(f"Source: {result.neutrinos.source}")
    partial = partial_words(result)
    if partial:
        found.append(f"PARTIAL RESULT: {partial}")
    verdict = verdict_of(result)
    return [*found, f"{verdict.headline}. {verdict.sentence}"]


def _fixed(value: float | None, form: str) -> str:
    return MISSING if value is None else format(value, form)


def _energy(value: float | None) -> str:
    return _fixed(value, ".0f" if value and 1e3 <= value < 1e8 else ".4g")


def _p(value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{value:.1e}" if value < SMALL else p_words(value)
