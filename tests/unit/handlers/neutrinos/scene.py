"""Tracks to start from."""

from datetime import UTC, datetime, timedelta

from llama.handlers.neutrinos.track import Track

AT = datetime(2023, 9, 14, 11, 14, 1, tzinfo=UTC)


def a_track(name: str = "137892.58644007", *, late_s: float = 0.0, **said: object) -> Track:
    """Return a track that came so many seconds after a fixed moment."""
    usual: dict[str, object] = {
        "id": name,
        "time": AT + timedelta(seconds=late_s),
        "ra_deg": 44.5,
        "dec_deg": 22.9,
        "sigma_deg": 0.7,
        "energy_gev": 1082.0,
    }
    return Track.model_validate(usual | said)
