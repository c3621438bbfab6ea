"""What an alert costs until its map is canonical: `python -m benchmarks.alerts`.

A mock notice of 1 MB with a map of 19,200 tiles: its JSON is read and checked, the fact and the
map are taken out, and the map is read and written in canonical form. CPU times of one thread,
medians, once imports are done. Beside it stands what astropy's Table takes for reading the same
map and writing it again. One line of JSON each on stdout.
"""

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from astropy.table import Table

from llama.domain.digests import digest_json
from llama.domain.notice import Refused, read_notice
from llama.domain.notice.fact import trigger_of
from llama.domain.notice.provenance import Provenance
from llama.handlers.mock import mock_notice
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.writing import to_fits
from schemas.facts import Source

MERGED = datetime(2026, 11, 22, 15, tzinfo=UTC)
SOURCE = Source(topic="igwn.gwalert", partition=0, offset=0)


def main() -> int:
    """Measure the parts, all together, and the reference."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerts", description=__doc__)
    parser.add_argument("--samples", type=int, default=40)
    samples = parser.parse_args().samples
    raw = mock_notice(MERGED)
    sky_map = taken_in(raw)
    parts = {
        "reading_the_notice": lambda: taken_in(raw),
        "canonicalising_the_map": lambda: canonical(sky_map),
        "both": lambda: canonical(taken_in(raw)),
        "astropy_table_of_the_map": lambda: by_astropy(sky_map),
    }
    for name, act in parts.items():
        figures = {"benchmark": "alerts", "measurement": name, "notice_bytes": len(raw)}
        print(json.dumps({**figures, "cpu_ms": round(cpu_ms(act, samples), 2)}), flush=True)
    return 0


def taken_in(raw: bytes) -> bytes:
    """Read a notice as trigger_ingest does; return its map."""
    notice = read_notice(raw)
    if isinstance(notice, Refused):
        raise SystemExit(f"the mock notice was refused: {notice.detail}")
    trigger_of(notice, Provenance(raw, SOURCE, MERGED))
    (sky_map,) = notice.attachments.values()
    return sky_map


def canonical(content: bytes) -> bytes:
    """Make skymap.fits as its handler does, digests included."""
    sky_map = read_map(content)
    sky_map.pixels_digest()
    sky_map.localisation_digest()
    digest_json([sky_map.meta.get(key) for key in ("DISTMEAN", "DISTSTD")])
    return to_fits(sky_map)


def by_astropy(content: bytes) -> bytes:
    """Read a map and write it again without looking at what it says."""
    written = io.BytesIO()
    Table.read(io.BytesIO(content), format="fits").write(written, format="fits")
    return written.getvalue()


def cpu_ms(act: Callable[[], object], samples: int) -> float:
    """Return the median CPU time of something in ms, its first time left out."""
    act()
    times: list[float] = []
    for _ in range(samples):
        begun = time.process_time()
        act()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
