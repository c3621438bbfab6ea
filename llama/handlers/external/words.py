"""What another observatory's trigger is called in pictures and on pages."""

from collections.abc import Mapping

from llama.handlers.sky.fields import text

KINDS: Mapping[str, str] = {
    "grb": "GRB",
    "gamma_rays": "gamma rays",
    "neutrino": "neutrino",
    "neutrino_track": "neutrino track",
    "neutrino_cascade": "neutrino cascade",
    "neutrino_multiplet": "neutrino multiplet",
    "supernova_neutrinos": "supernova neutrinos",
}


def what_of(trigger: Mapping[str, object]) -> str | None:
    """Return what an entry of external_triggers.json is of: its search, or else its kind."""
    kind = KINDS.get(text(trigger.get("kind")) or "")
    found = text(trigger.get("search")) or kind
    return f"{found or 'trigger'} (test)" if trigger.get("is_test") is True else found
