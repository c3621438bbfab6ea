"""The draft of a circular: plain text of at most 80 columns, in ASCII, for a person to finish."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from llama.handlers.publication import rounding
from llama.handlers.publication.notice import FLUX, listed
from llama.handlers.results.numerals import SMALL
from llama.handlers.results.result import JointResult
from llama.handlers.results.tracks import CONTAINMENT_90, POSSIBLE, RankedTrack
from llama.handlers.results.verdict import partial_words
from llama.handlers.sky.fields import mapping, number

WIDTH = 80
SEARCHES = {
    "significant": "each track by itself, the candidate taken as real",
    "ensemble": "all tracks together, the candidate as it may be real or not",
}
HEADS = f"{'dt (s)':>11}{'RA (deg)':>11}{'Dec (deg)':>12}{'90% radius (deg)':>19}{'p':>11}"
METHOD = (
    "Method: Bartos et al. 2019, Phys. Rev. D 100, 083017; Countryman et al. 2019, "
    "arXiv:1901.05486."
)
Json = Mapping[str, object]


def circular_text(result: JointResult, significance: Json, notice: Json) -> str:
    """Return the draft; `notice` is that of the result, empty if there is none yet."""
    parts: Iterable[str] = (
        "DRAFT - not sent; a person reads and completes it first",
        _paragraph(f"SUBJECT: LIGO/Virgo/KAGRA {result.event}: LLAMA search for neutrinos"),
        *map(_paragraph, _warnings(result)),
        _paragraph(_searched(result)),
        _paragraph(_found(result)),
        *_table(listed(result)),
        *map(_paragraph, _figures(significance, notice)),
        _paragraph(METHOD),
    )
    return "\n\n".join(parts) + "\n"


def p_words(value: float) -> str:
    """Say a p-value as the notice does; PermanentError if it is none."""
    rounded = rounding.published_p(value, of="the circular")
    return f"{rounded:.1e}" if value < SMALL else f"{rounded:.4f}"


def _warnings(result: JointResult) -> Iterable[str]:
    """Say what keeps this from being a result of observations, if anything does."""
    why_test = [one for one in (result.test, result.unobserved) if one]
    if why_test:
        yield f"THIS IS A TEST: {', '.join(why_test)}."
    partial = partial_words(result)
    if partial:
        yield f"PARTIAL RESULT: {partial}"


def _searched(result: JointResult) -> str:
    facts = result.neutrinos
    detector = facts.detector if facts and facts.detector else "the neutrino detector"
    start, stop = (facts.start, facts.stop) if facts else (None, None)
    return (
        f"LLAMA, a Bayesian search for common sources of gravitational waves and high-energy "
        f"neutrinos, has looked at the LIGO/Virgo/KAGRA candidate {result.event} of "
        f"{_moment(result.event_time)}. Taken were all neutrino tracks of {detector} within 500 s "
        f"of it, from {_moment(start)} to {_moment(stop)}."
    )


def _found(result: JointResult) -> str:
    count = len(result.tracks)
    tracks = {0: "no track was", 1: "one track was"}.get(count, f"{count} tracks were")
    facts = result.significance
    how = SEARCHES.get((facts.search if facts else None) or "", "the tracks of the window")
    said = f"In this time {tracks} seen. The search judges {how}."
    if result.p_value is None:
        reason = (facts.no_p_value_because if facts else None) or "no background set fits"
        return f"{said} There is no p-value of it, because {reason}."
    chance = f"p = {p_words(result.p_value)}, the probability that chance alone"
    said = f"{said} The candidate has {chance} gives a coincidence at least as good."
    return said if listed(result) else f"{said} No track has a p-value below {POSSIBLE}."


def _table(tracks: Sequence[RankedTrack]) -> Iterable[str]:
    if not tracks:
        return
    yield _paragraph(
        f"Tracks of a p-value below {POSSIBLE}: dt is the time of the track less that of the "
        f"candidate, the radius that of 90% containment ({CONTAINMENT_90:.6f} sigma), without "
        "systematic errors."
    )
    yield "\n".join((HEADS, *map(_row, tracks)))
    yield _paragraph(f"Their ids: {', '.join(one.id for one in tracks)}.")


def _row(track: RankedTrack) -> str:
    dt = "unknown" if track.dt_s is None else f"{track.dt_s:+.2f}"
    place = f"{rounding.ra(track.ra_deg):>11.2f}{rounding.dec(track.dec_deg):>+12.2f}"
    radius = rounding.radius(track.radius_90_deg)
    p = "unknown" if track.p_value is None else p_words(track.p_value)
    return f"{dt:>11}{place}{radius:>19.2f}  {p:>9}"


def _figures(significance: Json, notice: Json) -> Iterable[str]:
    direction = mapping(notice.get("most_probable_direction"))
    ra, dec = number(direction.get("ra")), number(direction.get("dec"))
    if ra is not None and dec is not None:
        yield (
            "A source of both would most probably be at right ascension "
            f"{ra:.2f}, declination {dec:+.2f} degrees (ICRS)."
        )
    flux = mapping(significance.get(FLUX))
    ends = [*_two(flux.get("flux_sensitivity")), *_two(flux.get("sensitive_energy_range"))]
    if len(ends) == 4:
        yield (
            f"Within the 90% region of the map a source with a spectrum of E^-2 would have shown "
            f"a track in nine of ten cases if its time-integrated flux E^2 dN/dE was {ends[0]:.3g} "
            f"to {ends[1]:.3g} GeV cm^-2, at energies from {ends[2]:.3g} to {ends[3]:.3g} GeV."
        )


def _two(value: object) -> list[float]:
    known = [number(one) for one in value] if isinstance(value, list) else []
    found = [one for one in known if one is not None]
    return found if len(known) == len(found) == 2 else []


def _moment(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC" if time else "an unknown time"


def _paragraph(text: str) -> str:
    """Break a text into lines, and leave nothing in it that could steer a terminal or a mailer."""
    plain = "".join(one if " " <= one <= "~" else "?" for one in text)
    return textwrap.fill(plain, WIDTH, break_on_hyphens=False)
