"""IceCat-1, IceCube's public catalogue of alert tracks, as its CSV file is downloaded."""

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from llama.domain.errors import Misconfigured
from llama.handlers.neutrinos.track import CONTAINMENT_90, MAX_BYTES, Track, in_order

_GEV_PER_TEV = 1000.0


@dataclass(frozen=True)
class IceCat:
    """The catalogue's file."""

    path: Path

    @cached_property
    def all_tracks(self) -> tuple[Track, ...]:
        """All of its tracks; Misconfigured if it is no such file."""
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise Misconfigured(f"{self.path} has more than {MAX_BYTES} bytes: it is no IceCat")
            with self.path.open(newline="", encoding="utf-8-sig") as lines:
                return in_order(map(_track, csv.DictReader(lines)))
        except OSError as error:
            message = f"{self.path} cannot be read ({error.strerror}): name IceCat's CSV file"
            raise Misconfigured(message) from error
        except (KeyError, TypeError, ValueError) as error:
            message = f"{self.path} is not IceCat's CSV file"
            raise Misconfigured(f"{message} ({type(error).__name__}: {error})") from error

    def tracks(self, start: datetime, stop: datetime) -> tuple[Track, ...]:
        """Return the tracks of a time span: start included, stop not."""
        return tuple(track for track in self.all_tracks if start <= track.time < stop)

    def covers(self, start: datetime, stop: datetime) -> bool:
        """Tell whether a time span lies between the first and the last of its tracks."""
        known = self.all_tracks
        return bool(known) and known[0].time <= start and stop <= known[-1].time


def _track(row: dict[str, str]) -> Track:
    dec = float(row["DEC"])
    return Track(
        id=f"{row['RUNID']}.{row['EVENTID']}",
        time=datetime.fromisoformat(row["START"]).replace(tzinfo=UTC),
        ra_deg=float(row["RA"]) % 360.0,
        dec_deg=dec,
        sigma_deg=round(_radius_90(row, dec) / CONTAINMENT_90, 6),
        energy_gev=_GEV_PER_TEV * float(row["ENERGY"]),
        kind="observation",
    )


def _radius_90(row: dict[str, str], dec_deg: float) -> float:
    """Return the radius of a circle as large as the ellipse of 90 %, in degrees."""
    across, along = (
        (float(row[f"{axis}_ERR_PLUS"]) + float(row[f"{axis}_ERR_MINUS"])) / 2.0
        for axis in ("RA", "DEC")
    )
    return math.sqrt(across * math.cos(math.radians(dec_deg)) * along)
