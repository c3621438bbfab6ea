"""Notices of other observatories' triggers, and the messages that they become.

a_burst_notice(alert_type="retraction", ra=MISSING)
a_km3net_notice(alert_topology="Shower")
a_trigger("745121685", revision=1)
"""

import json
from datetime import UTC, datetime

from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Source
from tests.support.notices import MISSING

BURST = "745121685"
SEEN = datetime(2023, 4, 16, 5, 21, 40, 430000, tzinfo=UTC)


def a_burst_notice(**changes: object) -> bytes:
    """Return the bytes of a notice of Fermi GBM with a position; MISSING leaves a key out."""
    notice: dict[str, object] = {
        "mission": "Fermi",
        "instrument": "GBM",
        "messenger": "EM",
        "id": [BURST, "bn230416223"],
        "record_number": 4,
        "alert_datetime": "2023-04-16T05:22:13Z",
        "alert_tense": "current",
        "alert_type": "update",
        "trigger_time": "2023-04-16T05:21:40.43Z",
        "trigger_type": "rate",
        "ra": 235.883,
        "dec": 68.683,
        "ra_dec_error": 7.15,
        "containment_probability": 0.68,
        "classification": {"GRB": 0.85, "GENERIC_SGR": 0.14},
        "rate_snr": 14.8,
        "healpix_url": "https://example.org/glg_healpix_all_bn230416223.fit",
    }
    return _written(notice | changes)


def a_km3net_notice(**changes: object) -> bytes:
    """Return the bytes of a first notice of KM3NeT about a track; MISSING leaves a key out."""
    notice: dict[str, object] = {
        "messenger": "Neutrino",
        "mission": "KM3NeT",
        "instrument": "ORCA024",
        "pipeline": "orca_HE",
        "alert_tense": "current",
        "alert_type": "initial",
        "record_number": 1,
        "alert_datetime": "2023-04-16T09:01:00.00Z",
        "id": "1",
        "event_name": "KM3-230416A",
        "trigger_time": "2023-04-16T05:16:47.0Z",
        "ra": 10.82,
        "dec": 20.01,
        "ra_dec_error": 0.9,
        "far": 8.029e-8,
        "alert_topology": "Track",
        "number_of_events": 1,
        "event_details": [{"id": "km3.234.23492.58968.763", "energy_measured": 120000}],
    }
    return _written(notice | changes)


def a_trigger(name: str = BURST, /, **changes: object) -> ExternalTriggerReceived:
    """Return the message about a trigger; its id follows from name and changes."""
    parts = [name, *(f"{key}={changes[key]}" for key in sorted(changes))]
    said: dict[str, object] = {
        "id": "-".join(parts).replace(" ", "_"),
        "occurred_at": SEEN,
        "observatory": "Fermi",
        "trigger": name,
        "revision": 0,
        "sent_at": SEEN,
        "time": SEEN,
        "trigger_kind": "grb",
        "instrument": "GBM",
        "event_name": "bn230416223",
        "ra_deg": 235.883,
        "dec_deg": 68.683,
        "error_deg": 7.15,
        "containment": 0.68,
        "classification": {"GRB": 0.85, "GENERIC_SGR": 0.14},
        "raw": "a" * 64,
        "raw_size": 900,
        "source": Source(topic="t", partition=0, offset=0),
    }
    return ExternalTriggerReceived.model_validate(said | changes)


def _written(notice: dict[str, object]) -> bytes:
    said = {key: value for key, value in notice.items() if value is not MISSING}
    return json.dumps(said).encode()
