"""What a summary says of the notice: who, when, where, what; all as plain texts."""

import math
from collections.abc import Mapping
from urllib.parse import urlsplit

from llama.domain.notice.maps import is_unreadable
from llama.handlers.sky.fields import mapping, number, numbers, text, texts, truth
from llama.handlers.sky.rates import in_words
from schemas.base import why_test

NOT_GIVEN = "not given"
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


def notice_contents(
    alert: Mapping[str, object],
    info: Mapping[str, object],
    event_data: Mapping[str, object],
) -> dict[str, object]:
    """Return what alert.json, skymap_info.json and event_data.json say, by the templates' names."""
    return {
        **_heading(alert),
        **_facts(info, _source(event_data)),
        "no_map": _no_map(alert),
        "external": _external(alert),
        "links": _links(alert),
        "oddities": [
            *texts(alert.get("oddities")),
            *texts(mapping(info.get("map")).get("oddities")),
        ],
    }


def _heading(alert: Mapping[str, object]) -> dict[str, object]:
    name = text(alert.get("superevent_id")) or "Event without a name"
    return {
        "name": name,
        "alert_type": text(alert.get("alert_type")) or "unknown type",
        "issued": _readable_time(text(alert.get("time_created"))),
        "retracted": alert.get("alert_type") == "RETRACTION",
        "test": why_test(name),
        "has_event": bool(mapping(alert.get("event"))),
    }


def _facts(info: Mapping[str, object], source: Mapping[str, str]) -> dict[str, object]:
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
            **source,
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


def _source(event_data: Mapping[str, object]) -> dict[str, str]:
    """Return what only private records say."""
    masses = [number(event_data.get(key)) for key in ("mass_1_msun", "mass_2_msun")]
    known = " and ".join(_plain(one) for one in masses if one is not None)
    found = {
        "Signal-to-noise ratio": number(event_data.get("snr")),
        "Chirp mass (solar masses)": number(event_data.get("chirp_mass_msun")),
    }
    rows = {name: _plain(value) for name, value in found.items() if value is not None}
    return {**rows, **({"Masses (solar masses)": known} if known else {})}


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


def _links(alert: Mapping[str, object]) -> list[dict[str, str]]:
    given = mapping(alert.get("urls"))
    found = {name: text(url) for name, url in sorted(given.items())}
    return [{"name": name[:60], "url": url} for name, url in found.items() if url and _is_web(url)]


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _bars(shares: Mapping[str, float], meanings: Mapping[str, str]) -> list[dict[str, object]]:
    """Return bars in falling order, names in alphabetical order where equal."""
    order = sorted(shares, key=lambda name: (-shares[name], name))
    return [
        {
            "name": name[:60],
            "meaning": meanings.get(name, ""),
            "percent": f"{100 * shares[name]:.3g} %",
            "width": round(BAR_WIDTH * min(max(shares[name], 0.0), 1.0), 1),
        }
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
