"""Notices of neutrinos, and the messages that they become.

a_neutrino_notice(alert_type="retraction", ra=MISSING)
a_neutrino("137840_57034692", revision=1)
"""

import json
from datetime import UTC, datetime

from schemas.facts import Source
from schemas.neutrinos import NeutrinoReceived
from tests.support.notices import MISSING

NEUTRINO = "137840_57034692"
CAME = datetime(2023, 4, 16, 5, 22, 26, 150574, tzinfo=UTC)


def a_neutrino_notice(**changes: object) -> bytes:
    """Return the bytes of a first notice of a bronze track; MISSING leaves a key out."""
    notice: dict[str, object] = {
        "$schema": "https://gcn.nasa.gov/schema/v4.4.1/gcn/notices/icecube/"
        "single_neutrino_alerts.schema.json",
        "mission": "IceCube",
        "instrument": "IC86",
        "messenger": "Neutrino",
        "pipeline": "Bronze Track Alert",
        "record_number": 0,
        "event_name": ["IceCube-230416A"],
        "id": [NEUTRINO],
        "alert_datetime": "2023-04-16T05:42:00.0Z",
        "alert_type": "initial",
        "alert_tense": "current",
        "alert_topology": "Track",
        "ra": 345.82,
        "dec": 9.01,
        "ra_dec_error": 0.5,
        "containment_probability": 0.9,
        "healpix_url": None,
        "trigger_time": "2023-04-16T05:22:26.150574Z",
        "nu_energy": 127.29,
        "p_astro": 0.74064,
        "far": 8.029e-8,
    }
    said = {key: value for key, value in (notice | changes).items() if value is not MISSING}
    return json.dumps(said).encode()


def a_neutrino(name: str = NEUTRINO, **changes: object) -> NeutrinoReceived:
    """Return the message about a neutrino; its id follows from name and changes."""
    said: dict[str, object] = {
        "id": "-".join([name, *(f"{key}={changes[key]}" for key in sorted(changes))]).replace(
            " ", "_"
        ),
        "occurred_at": CAME,
        "neutrino": name,
        "revision": 0,
        "sent_at": CAME,
        "time": CAME,
        "ra_deg": 345.82,
        "dec_deg": 9.01,
        "sigma_deg": 0.233,
        "energy_gev": 127_290.0,
        "stream": "bronze",
        "raw": "a" * 64,
        "raw_size": 900,
        "source": Source(topic="t", partition=0, offset=0),
    }
    return NeutrinoReceived.model_validate(said | changes)
