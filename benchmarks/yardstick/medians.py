"""What several rounds amount to: medians, and ratios of what was measured side by side."""

import statistics
from collections.abc import Iterator, Mapping, Sequence

Line = Mapping[str, float | int | str]
COMPARED: Mapping[str, tuple[str, ...]] = {
    "W1": ("p50_ms", "p99_ms", "cpu_ms_per_event"),
    "W2": ("files_per_s", "overhead_cpu_ms_per_file", "cpu_s"),
    **dict.fromkeys(("W3a", "W3b", "W3c"), ("ms_per_event", "cpu_s")),
    "W4": ("noop_s", "query_ms"),
    "W5": ("pss_rest_mb", "pss_peak_mb"),
}


def medians(lines: Sequence[Line]) -> Iterator[Line]:
    """Return a line for each engine and workload, with the medians of all that is a number."""
    for (peer, workload, size), rounds in _grouped(lines).items():
        about = {"peer": peer, "workload": workload, "N": size, "medians_of": len(rounds)}
        numbers = [name for name in rounds[0] if name not in {*about, "round"}]
        yield {**about, **{name: _median([one[name] for one in rounds]) for name in numbers}}


def ratios(lines: Sequence[Line], ours: str) -> Iterator[Line]:
    """Return, for each other engine and workload, ours divided by theirs: medians of rounds."""
    grouped = _grouped(lines)
    for (peer, workload, size), theirs in grouped.items():
        mine = grouped.get((ours, workload, size), [])
        if peer == ours or not mine:
            continue
        found = {
            name: round(statistics.median(quotients), 3)
            for name in COMPARED[str(workload)]
            if (quotients := _quotients(mine, theirs, name))
        }
        yield {"ratio": f"{ours}/{peer}", "workload": workload, "N": size, **found}


def _quotients(mine: Sequence[Line], theirs: Sequence[Line], name: str) -> list[float]:
    """Return the quotients of those rounds in which both were measured."""
    other = {one["round"]: float(one.get(name, 0)) for one in theirs}
    return [
        float(one[name]) / other[one["round"]]
        for one in mine
        if name in one and other.get(one["round"])
    ]


def _grouped(
    lines: Sequence[Line],
) -> Mapping[tuple[float | int | str, ...], Sequence[Line]]:
    groups: dict[tuple[float | int | str, ...], list[Line]] = {}
    for line in lines:
        if "error" not in line:
            groups.setdefault((line["peer"], line["workload"], line["N"]), []).append(line)
    return groups


def _median(values: Sequence[float | int | str]) -> float:
    return round(statistics.median(float(value) for value in values), 4)
