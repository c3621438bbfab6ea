"""The notice of a result: everything but what belongs to its being sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from llama.domain.handler import PermanentError
from llama.handlers.publication import rounding
from llama.handlers.results.result import WINDOW_S, JointResult, NeutrinoFacts
from llama.handlers.results.tracks import POSSIBLE, RankedTrack
from llama.handlers.sky.fields import mapping, number

SCHEMA = "https://gcn.nasa.gov/schema/v7.2.3/gcn/notices/icecube/lvk_nu_track_search.schema.json"
TYPE = "IceCube LVK Alert Nu Track Search"
CONTAINMENT = 0.9
FLUX = "neutrino_flux_sensitivity_range"
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an event stands, but for what its result says."""

    role: str = "observation"
    """The event's flag ROLE: "observation" or "test"."""
    is_online: bool = True
    """The event's flag ONLINE: whether it is looked at as it happens."""


def listed(result: JointResult) -> tuple[RankedTrack, ...]:
    """Return the tracks that a notice lists: those of a p-value below 0.1, best first."""
    return tuple(one for one in result.tracks if one.p_value is not None and one.p_value < POSSIBLE)


def result_body(
    result: JointResult,
    significance: Json,
    direction: tuple[float, float] | None,
    *,
    event: str,
    standing: Standing,
) -> dict[str, object]:
    """Return the notice of a complete result; PermanentError if it is not complete, or odd.

    `direction` is the most probable one in degrees, if tracks are listed. What is not known is
    left out, but for p-values, which are null.
    """
    coincident = listed(result)
    why_test = tuple(one for one in (result.test, _role(standing), result.unobserved) if one)
    return {
        "$schema": SCHEMA,
        "type": TYPE,
        "ref_ID": event,
        "alert_tense": _tense(why_test, standing),
        **_times(result),
        "pval_generic": None,
        "pval_bayesian": rounding.published_p(result.p_value, of="the event"),
        "n_events_coincident": len(coincident),
        **({"coincident_events": [_event(one) for one in coincident]} if coincident else {}),
        **({"most_probable_direction": _position(*direction)} if direction else {}),
        **_flux(significance),
        **_remark(result, why_test),
    }


def instant(time: datetime) -> str:
    """Write a time as notices do: UTC with milliseconds and a Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tense(why_test: Sequence[str], standing: Standing) -> str:
    if why_test:
        return "test"
    return "current" if standing.is_online else "archival"


def _role(standing: Standing) -> str | None:
    return "a rehearsal" if standing.role == "test" else None


def _remark(result: JointResult, why_test: Sequence[str]) -> dict[str, object]:
    said = [f"This is a test: {', '.join(why_test)}."] if why_test else []
    facts = result.significance
    if facts is not None and facts.p_value is None:
        said.append(f"No p-value: {facts.no_p_value_because or 'no background set fits'}.")
    return {"additional_info": " ".join(said)} if said else {}


def _times(result: JointResult) -> dict[str, object]:
    start, stop = _window(result.neutrinos)
    if result.event_time is None:
        raise PermanentError("alert.json has no time of the event: there is nothing to relate to")
    if stop - start != timedelta(seconds=2 * WINDOW_S):
        asked = f"a notice tells of {2 * WINDOW_S:.0f} s: have neutrinos.json made again"
        raise PermanentError(f"the window goes from {instant(start)} to {instant(stop)}; {asked}")
    return {
        "trigger_time": instant(result.event_time),
        "observation_start": instant(start),
        "observation_stop": instant(stop),
        "observation_livetime": round(2 * WINDOW_S),
    }


def _window(facts: NeutrinoFacts | None) -> tuple[datetime, datetime]:
    if facts is None or facts.start is None or facts.stop is None:
        raise PermanentError("neutrinos.json has no window: have it made again")
    return facts.start, facts.stop


def _event(track: RankedTrack) -> dict[str, object]:
    if track.dt_s is None:
        message = f"track {track.id} has no time"
        raise PermanentError(f"{message}: correct neutrinos.json, or have it made again")
    return {
        "event_dt": round(track.dt_s, 2) + 0.0,
        "localization": {
            **_position(track.ra_deg, track.dec_deg),
            "ra_dec_error": rounding.radius(track.radius_90_deg),
            "containment_probability": CONTAINMENT,
            "systematic_included": False,
        },
        "id": [track.id],
        "event_pval_generic": None,
        "event_pval_bayesian": rounding.published_p(track.p_value, of=f"track {track.id}"),
    }


def _position(ra_deg: float, dec_deg: float) -> dict[str, object]:
    return {"ra": rounding.ra(ra_deg), "dec": rounding.dec(dec_deg)}


def _flux(significance: Json) -> dict[str, object]:
    """Return the range of sensitivities, if significance.json has one that makes sense."""
    said = mapping(significance.get(FLUX))
    flux, energy = (_ends(said.get(key)) for key in ("flux_sensitivity", "sensitive_energy_range"))
    if flux is None or energy is None:
        return {}
    return {FLUX: {"flux_sensitivity": flux, "sensitive_energy_range": energy}}


def _ends(value: object) -> list[float] | None:
    known = [number(one) for one in value] if isinstance(value, list) else []
    ends = [rounding.three_digits(one) for one in known if one is not None and one > 0]
    return ends if len(known) == len(ends) == 2 and ends[0] <= ends[1] else None
