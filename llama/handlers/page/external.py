"""What a summary says of the triggers of other observatories that came in by themselves."""

from collections.abc import Mapping

from llama.handlers.external.words import what_of
from llama.handlers.results.numerals import scientific, signed
from llama.handlers.sky.fields import mapping, number, text

HEADS = ("Observatory", "What", "Name", "dt (s)", "RA", "Dec", "Radius", "Rate (Hz)")
SHOWN = 50
"""More are in external_triggers.json alone."""
LONGEST_NAME = 40


def trigger_contents(file: Mapping[str, object]) -> dict[str, object]:
    """Return what external_triggers.json says of received triggers, by the templates' names."""
    said = file.get("triggers")
    known = [mapping(one) for one in said] if isinstance(said, list) else []
    received = [one for one in known if one.get("told_by") == "received"]
    return {
        "trigger_heads": list(HEADS),
        "triggers": [_cells(one) for one in received[:SHOWN]],
        "more_triggers": max(0, len(received) - SHOWN),
        "triggers_open": file.get("complete") is False,
    }


def _cells(one: Mapping[str, object]) -> list[str]:
    ra_deg, dec_deg = number(one.get("ra_deg")), number(one.get("dec_deg"))
    name = text(one.get("name")) or text(one.get("notice_id")) or ""
    return [
        (text(one.get("observatory")) or "")[:LONGEST_NAME],
        what_of(one) or "",
        name[:LONGEST_NAME],
        signed(number(one.get("dt_s"))),
        "" if ra_deg is None else f"{ra_deg:.2f}°",
        "" if dec_deg is None else f"{signed(dec_deg)}°",
        _radius(one),
        scientific(number(one.get("far_hz"))),
    ]


def _radius(one: Mapping[str, object]) -> str:
    """Say a radius with the share of the probability that lies within."""
    error_deg, share = number(one.get("error_deg")), number(one.get("containment"))
    if error_deg is None:
        return ""
    return f"{error_deg:.2f}°" if share is None else f"{error_deg:.2f}° ({100 * share:.3g} %)"
