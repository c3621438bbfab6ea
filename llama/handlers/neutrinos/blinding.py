"""Blinding: tracks whose places on the sky say nothing, though their numbers are real."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from llama.handlers.neutrinos.track import Track, in_order

DIGITS = 6
"""Of angles in degrees: a millionth is finer than any detector sees."""


def blinded(tracks: Sequence[Track], seed: str) -> tuple[Track, ...]:
    """Return tracks with right ascensions drawn afresh and their times dealt out afresh.

    The set of times stays, and each track keeps its declination, energy, error and id. What comes
    out follows from the seed and the ids alone, whatever the order. Zenith and azimuth, where
    there were any, become those of the new place and time.
    """
    dealt = sorted(tracks, key=lambda track: _draw(seed, "time", track.id))
    times = [track.time for track in in_order(tracks)]
    scrambled = [
        track.model_copy(
            update={"time": time, "ra_deg": _right_ascension(seed, track), "kind": "blinded"}
        )
        for track, time in zip(dealt, times, strict=True)
    ]
    return in_order(_seen_anew(scrambled))


def _right_ascension(seed: str, track: Track) -> float:
    return round(360.0 * _draw(seed, "ra", track.id) / 2**64, DIGITS) % 360.0


def _draw(seed: str, what: str, track_id: str) -> int:
    """Return a number of 64 bits that nobody can tell from a random one."""
    return int.from_bytes(sha256(f"{seed}\n{what}\n{track_id}".encode()).digest()[:8], "big")


def _seen_anew(tracks: Sequence[Track]) -> list[Track]:
    from llama.handlers.neutrinos.frames import to_detector

    if not tracks:
        return []
    zenith, azimuth = to_detector(
        [track.time for track in tracks],
        np.array([track.ra_deg for track in tracks]),
        np.array([track.dec_deg for track in tracks]),
    )
    return [
        track
        if track.zenith_deg is None or track.azimuth_deg is None
        else track.model_copy(
            update={"zenith_deg": round(up, DIGITS), "azimuth_deg": round(around, DIGITS) % 360.0}
        )
        for track, up, around in zip(tracks, zenith.tolist(), azimuth.tolist(), strict=True)
    ]
