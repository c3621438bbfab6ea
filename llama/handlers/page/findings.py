"""What a summary says of the search: the verdict, the tracks, and what they were made from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from llama.handlers.results.numerals import clock, energy, p_value, scientific, short, signed
from llama.handlers.results.result import JointResult, NeutrinoFacts, SignificanceFacts
from llama.handlers.results.tracks import POSSIBLE, RankedTrack
from llama.handlers.results.verdict import NOTABLE, partial_words, verdict_of
from llama.handlers.sky.fields import text

SHOWN_TRACKS = 100
"""Tracks of a higher rank are in the tables alone: a page with more is not read."""
TRACK_HEADS = ("", "dt (s)", "RA", "Dec", "90 % radius", "Energy", "Odds", "p", "Id")
TERM_MEANINGS = {
    "p_h_s1": "signal: a real wave that also made a neutrino",
    "p_h_s2": "a real wave, neutrinos by chance",
    "p_h_0": "both by chance",
    "p_h_c": "chance coincidences with something real in them",
    "w": "probability that the wave is real",
    "mu": "expected astrophysical neutrinos by chance",
    "tracks": "neutrino tracks in the window",
    "log_poisson": "logarithm of the factor that all terms have in common",
    "lambda": "expected background neutrinos in the window",
}
BY_CHANCE = "no background set"
LONGEST_VALUE = 80
LONGEST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One track as texts, with how much it matters: first, second or last."""

    cells: Sequence[str]
    standing: str


def search_contents(result: JointResult, digests: Mapping[str, str]) -> dict[str, object]:
    """Return what the search found, by the names that the templates use.

    Digests are those of the files that the summary is made from, by name.
    """
    return {
        "verdict": asdict(verdict_of(result)),
        "partial": partial_words(result),
        "unobserved": result.unobserved,
        "track_heads": list(TRACK_HEADS),
        "tracks": [asdict(row_of(track)) for track in result.tracks[:SHOWN_TRACKS]],
        "more_tracks": max(0, len(result.tracks) - SHOWN_TRACKS),
        "has_list": result.neutrinos is not None,
        "neutrinos": neutrino_rows(result.neutrinos) if result.neutrinos else {},
        "terms": term_rows(result.significance) if result.significance else [],
        "background": background_rows(result.significance) if result.significance else {},
        "parameters": parameter_rows(result.significance) if result.significance else {},
        "digests": dict(digests),
    }


def row_of(track: RankedTrack) -> Row:
    """Return a track as a row of the table."""
    cells = (
        str(track.rank),
        signed(track.dt_s),
        f"{track.ra_deg:.2f}°",
        f"{signed(track.dec_deg)}°",
        f"{track.radius_90_deg:.2f}°",
        energy(track.energy_gev),
        scientific(track.odds_ratio),
        p_value(track.p_value),
        track.id,
    )
    p = 1.0 if track.p_value is None else track.p_value
    standing = "first" if p < NOTABLE else "second" if p < POSSIBLE else "last"
    return Row(cells, standing)


def neutrino_rows(facts: NeutrinoFacts) -> dict[str, str]:
    """Return where the tracks came from."""
    window = f"{clock(facts.start)} to {clock(facts.stop)}"
    rows = {
        "Source of neutrinos": facts.source or "not given",
        "Detector": facts.detector or "not given",
        "Background rate": "not given" if facts.rate_hz is None else f"{facts.rate_hz:.4g} Hz",
        "Window": window if facts.start and facts.stop else "not given",
        "List": "complete" if facts.is_complete else f"open until {clock(facts.complete_from)}",
    }
    dropped = {"Tracks left out": str(facts.dropped)} if facts.dropped else {}
    return {**rows, **dropped}


def term_rows(facts: SignificanceFacts) -> list[dict[str, str]]:
    """Return the odds and every term that they are made from, with its meaning."""
    odds = {
        "name": "odds",
        "value": scientific(facts.odds_ratio),
        "meaning": "signal against chance",
    }
    terms = [
        {"name": name[:40], "value": scientific(value), "meaning": TERM_MEANINGS.get(name, "")}
        for name, value in facts.terms.items()
    ]
    return [odds, *terms]


def background_rows(facts: SignificanceFacts) -> dict[str, str]:
    """Return which background set the p-value was read from, or why there is none."""
    said = facts.background
    key = said.get("key")
    named = key if isinstance(key, Mapping) else {}
    trials = said.get("trials")
    digest = said.get("digest")
    rows = {
        "Search": facts.search or "not given",
        "Background set": digest if isinstance(digest, str) else BY_CHANCE,
        "Trials": f"{trials:,}" if isinstance(trials, int) else "",
        "What was simulated": (text(said.get("population")) or "")[:LONGEST_WORDS],
        "Why there is no p-value": facts.no_p_value_because or "",
    }
    keys = {f"Its {str(name)[:40]}": shown(value) for name, value in sorted(named.items())}
    return {name: value for name, value in {**rows, **keys}.items() if value}


def parameter_rows(facts: SignificanceFacts) -> dict[str, str]:
    """Return the parameters of the search as they are in its file."""
    return {str(name)[:40]: shown(value) for name, value in sorted(facts.parameters.items())}


def shown(value: object) -> str:
    """Say a JSON value shortly: numbers with six digits, digests with twelve characters."""
    match value:
        case bool() | None:
            return {True: "yes", False: "no", None: "none"}[value]
        case int() | float():
            return f"{value:.6g}"
        case str():
            return short(value) if len(value) == 64 else value[:LONGEST_VALUE]
        case list():
            return ", ".join(shown(one) for one in value[:12])
        case _:
            return str(value)[:LONGEST_VALUE]
