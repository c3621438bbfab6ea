"""What another observatory's trigger is of, as its notice lets one tell."""

from collections.abc import Mapping

from llama.domain.notice.dialect import word
from llama.domain.notice.model import JsonValue
from schemas.external_triggers import TriggerKind

_TOPOLOGIES: Mapping[str, TriggerKind] = {
    "track": "neutrino_track",
    "starting track": "neutrino_track",
    "cascade": "neutrino_cascade",
    "shower": "neutrino_cascade",
    "multiplet": "neutrino_multiplet",
}
_OF_SUPERNOVAE = ("super-kamiokande",)
_OF_GAMMA_RAYS = ("fermi", "swift")


def kind_of(body: Mapping[str, JsonValue], classes: Mapping[str, float] | None) -> TriggerKind:
    """Return what a trigger is of: by topology, messenger and mission, and by its classes."""
    mission, messenger = word(body.get("mission")), word(body.get("messenger"))
    if mission in _OF_SUPERNOVAE:
        return "supernova_neutrinos"
    if is_cascade(body):
        return "neutrino_cascade"
    topology = _TOPOLOGIES.get(word(body.get("alert_topology")))
    if topology is not None or messenger == "neutrino":
        return topology or "neutrino"
    if _is_burst(body, classes):
        return "grb"
    return "gamma_rays" if mission in _OF_GAMMA_RAYS else "other"


def is_cascade(body: Mapping[str, JsonValue]) -> bool:
    """Tell whether a neutrino's notice is about a cascade, by its topology or its pipeline."""
    topology = _TOPOLOGIES.get(word(body.get("alert_topology")))
    return topology == "neutrino_cascade" or "cascade" in word(body.get("pipeline"))


def _is_burst(body: Mapping[str, JsonValue], classes: Mapping[str, float] | None) -> bool:
    """Tell whether it is a GRB: the most probable class says so, or only GRBs have what it tells.

    Without classes: a duration class is given to GRBs alone, and a targeted search that follows
    a GRB looks for that.
    """
    if classes:
        return max(classes, key=lambda name: (classes[name], name)).upper() == "GRB"
    return word(body.get("duration_class")) != "" or word(body.get("follow_up_type")) == "grb"
