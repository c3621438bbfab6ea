"""Turn a notice and its key figures into a page of HTML."""

import hashlib
import math
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit

import jinja2

from llama.domain.notice.maps import is_unreadable
from llama.handlers.sky.fields import mapping, number, numbers, text, texts, truth
from llama.handlers.sky.rates import in_words

NOT_GIVEN = "not given"
TEST_PREFIXES = {"MS": "mock event", "TS": "test event"}
BAR_WIDTH = 240
PROPERTY_MEANINGS = {
    "HasNS": "has a neutron star",
    "HasRemnant": "leaves matter outside the remnant",
    "HasMassGap": "has an object of 3 to 5 solar masses",
    "HasSSM": "has an object below 1 solar mass",
}
CLASS_MEANINGS = {
    "BNS": "two neutron stars",
    "NSBH": "neutron star and black hole",
    "BBH": "two black holes",
    "Terrestrial": "noise",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One probability as a bar."""

    name: str
    meaning: str
    percent: str
    width: float


@dataclass(frozen=True, slots=True)
class Link:
    """A link that the notice gives and that is safe to follow."""

    name: str
    url: str


def to_html(alert: Mapping[str, object], info: Mapping[str, object], *, png: bytes | None) -> bytes:
    """Return the page of an event as UTF-8; the same inputs give the same bytes."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = _template("summary.css")
    page = environment.from_string(_template("summary.html")).render(
        style=style,
        style_hash=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        png=b64encode(png).decode() if png else None,
        **_heading(alert),
        **_facts(info),
        no_map=_no_map(alert),
        external=_external(alert),
        links=_links(alert),
        oddities=[*texts(alert.get("oddities")), *texts(mapping(info.get("map")).get("oddities"))],
    )
    return page.encode()


def _template(name: str) -> str:
    return files("llama.handlers").joinpath("templates", name).read_text(encoding="utf-8")


def _heading(alert: Mapping[str, object]) -> dict[str, object]:
    name = text(alert.get("superevent_id")) or "Event without a name"
    return {
        "name": name,
        "alert_type": text(alert.get("alert_type")) or "unknown type",
        "issued": _readable_time(text(alert.get("time_created"))),
        "retracted": alert.get("alert_type") == "RETRACTION",
        "test": next((TEST_PREFIXES[p] for p in TEST_PREFIXES if name.startswith(p)), None),
        "has_event": bool(mapping(alert.get("event"))),
    }


def _facts(info: Mapping[str, object]) -> dict[str, object]:
    figures = mapping(info.get("map"))
    origin = [text(info.get(key)) for key in ("group", "pipeline", "search")]
    return {
        "facts": {
            "Time": _readable_time(text(info.get("time"))),
            "GPS time": _with_unit(number(info.get("gps_s")), "s", digits=16),
            "False alarm rate": _rate(number(info.get("far_hz"))),
            "Significant": {True: "yes", False: "no", None: NOT_GIVEN}[
                truth(info.get("significant"))
            ],
            "Detectors": ", ".join(texts(info.get("instruments"))) or NOT_GIVEN,
            "Search": " · ".join(part for part in origin if part) or NOT_GIVEN,
            **_burst(info),
        },
        "region": _region(figures),
        "classification": _bars(numbers(info.get("classification")), CLASS_MEANINGS),
        "properties": _bars(numbers(info.get("properties")), PROPERTY_MEANINGS),
        "most_likely": text(info.get("most_likely")),
    }


def _burst(info: Mapping[str, object]) -> dict[str, str]:
    """Return the facts that only notices of unmodelled bursts have."""
    found = {
        "Duration": _with_unit(number(info.get("duration_s")), "s"),
        "Central frequency": _with_unit(number(info.get("central_frequency_hz")), "Hz"),
    }
    return {name: value for name, value in found.items() if value != NOT_GIVEN}


def _region(figures: Mapping[str, object]) -> dict[str, str]:
    if not figures:
        return {}
    ra, dec = number(figures.get("peak_ra_deg")), number(figures.get("peak_dec_deg"))
    mean, std = number(figures.get("distance_mean_mpc")), number(figures.get("distance_std_mpc"))
    return {
        "90 % area": _with_unit(number(figures.get("area_90_deg2")), "deg²", digits=3),
        "50 % area": _with_unit(number(figures.get("area_50_deg2")), "deg²", digits=3),
        "Peak (RA, Dec)": NOT_GIVEN if ra is None or dec is None else f"{ra:.3f}°, {dec:+.3f}°",
        "Distance": _distance(mean, std),
    }


def _no_map(alert: Mapping[str, object]) -> str:
    """Say why the page has no map, of a notice that was given as alert.json."""
    if mapping(mapping(alert.get("event")).get("skymap")):
        return "The newest notice carries a sky map, but nothing was made of it."
    if is_unreadable("event.skymap", texts(alert.get("oddities"))):
        return "The newest notice carries something that is no readable sky map: see its oddities."
    return "The newest notice carries no sky map."


def _distance(mean: float | None, std: float | None) -> str:
    """Say a distance with the digits that its error leaves a meaning."""
    if mean is None or std is None:
        return NOT_GIVEN
    decimals = max(0, 1 - math.floor(math.log10(std))) if std > 0 else 1
    return f"{mean:,.{min(decimals, 3)}f} ± {std:,.{min(decimals, 3)}f} Mpc"


def _external(alert: Mapping[str, object]) -> dict[str, str]:
    found = mapping(alert.get("external_coinc"))
    if not found:
        return {}
    place_far = number(found.get("time_sky_position_coincidence_far"))
    return {
        "Observatory": text(found.get("observatory")) or NOT_GIVEN,
        "Search": text(found.get("search")) or NOT_GIVEN,
        "Notice": str(found.get("gcn_notice_id") or NOT_GIVEN)[:60],
        "Identifier": text(found.get("ivorn")) or NOT_GIVEN,
        "Time difference": _with_unit(number(found.get("time_difference")), "s"),
        "Joint rate (time)": _rate(number(found.get("time_coincidence_far"))),
        "Joint rate (time and place)": _rate(place_far),
        "Combined map": "given" if mapping(found.get("combined_skymap")) else NOT_GIVEN,
    }


def _links(alert: Mapping[str, object]) -> list[Link]:
    given = mapping(alert.get("urls"))
    found = {name: text(url) for name, url in sorted(given.items())}
    return [Link(name[:60], url) for name, url in found.items() if url and _is_web(url)]


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _bars(shares: Mapping[str, float], meanings: Mapping[str, str]) -> list[Bar]:
    """Return bars in falling order, names in alphabetical order where equal."""
    order = sorted(shares, key=lambda name: (-shares[name], name))
    return [
        Bar(
            name[:60],
            meanings.get(name, ""),
            f"{100 * shares[name]:.3g} %",
            round(BAR_WIDTH * min(max(shares[name], 0.0), 1.0), 1),
        )
        for name in order
    ]


def _rate(rate_hz: float | None) -> str:
    return NOT_GIVEN if rate_hz is None else f"{in_words(rate_hz) or 'odd'} ({rate_hz:.3g} Hz)"


def _with_unit(value: float | None, unit: str, *, digits: int = 4) -> str:
    return NOT_GIVEN if value is None else f"{_plain(value, digits=digits)} {unit}"


def _plain(value: float, *, digits: int = 3) -> str:
    rounded = float(f"{value:.{digits}g}")
    return (
        f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e9 and digits < 9 else f"{rounded:.{digits}g}"
    )


def _readable_time(value: str | None) -> str:
    if value is None:
        return NOT_GIVEN
    instant = value.replace("T", " ").removesuffix("Z")
    return (instant.rstrip("0").rstrip(".") if "." in instant else instant) + " UTC"
