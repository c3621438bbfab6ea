"""Examples of what is heard of neutrinos, and of other observatories' triggers."""

from schemas.example_values import at, digest_of
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Source
from schemas.neutrinos import NeutrinoReceived

NEUTRINO_RECEIVED = NeutrinoReceived(
    id=digest_of("neutrino 133119_22683750, revision 1")[:32],
    occurred_at=at(40),
    neutrino="133119_22683750",
    revision=1,
    sent_at=at(39, 58),
    time=at(12, 4),
    ra_deg=12.75,
    dec_deg=-24.5,
    sigma_deg=0.233,
    energy_gev=148_000.0,
    stream="gold",
    raw=digest_of("bytes of a track alert"),
    raw_size=911,
    source=Source(topic="gcn.notices.icecube.gold_bronze_track_alerts", partition=0, offset=17),
)
EXTERNAL_TRIGGER_RECEIVED = ExternalTriggerReceived(
    id=digest_of("trigger 745121685 of Fermi, revision 7")[:32],
    occurred_at=at(50),
    observatory="Fermi",
    trigger="745121685",
    revision=7,
    sent_at=at(49, 4),
    time=at(39, 40),
    trigger_kind="grb",
    instrument="GBM",
    event_name="bn240812094",
    ra_deg=29.24,
    dec_deg=-63.62,
    error_deg=1.0,
    containment=0.68,
    classification={"GRB": 0.85, "GENERIC_SGR": 0.14},
    map_url="https://example.org/glg_healpix_all_bn240812094.fit",
    raw=digest_of("bytes of a burst's notice"),
    raw_size=1432,
    source=Source(topic="gcn.notices.fermi.gbm.alert", partition=0, offset=3),
)
