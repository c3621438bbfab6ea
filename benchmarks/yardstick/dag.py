"""The pipeline that every engine is given: what is made of what, and what each file says.

trigger.json (from outside), nu_raw.json (from outside, there before the trigger)
skymap.dat       <- trigger.json
skymap_info.json <- skymap.dat
neutrinos.json   <- skymap.dat, nu_raw.json, of which it uses the list alone
coincidence.json <- skymap_info.json, neutrinos.json
significance.json, coinc_table.json, plot1.svg, plot2.svg, plot3.svg <- coincidence.json
summary.html     <- these five
notice.txt       <- summary.html
"""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias

LEAVES = ("significance.json", "coinc_table.json", "plot1.svg", "plot2.svg", "plot3.svg")
INPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "skymap.dat": ("trigger.json",),
        "skymap_info.json": ("skymap.dat",),
        "neutrinos.json": ("skymap.dat", "nu_raw.json"),
        "coincidence.json": ("skymap_info.json", "neutrinos.json"),
        **dict.fromkeys(LEAVES, ("coincidence.json",)),
        "summary.html": LEAVES,
        "notice.txt": ("summary.html",),
    }
)
"""What each file is made of, in an order in which they can be made."""
OUTSIDE = ("nu_raw.json", "trigger.json")
BELOW_THE_SIDE_INPUT = ("neutrinos.json", "coincidence.json", *LEAVES, "summary.html", "notice.txt")
"""What a change of nu_raw.json reaches."""
Change: TypeAlias = Literal["new list", "new comment", "same bytes"]
"""What happens to the side input of an event: really another, the same to its only reader, none."""
REACHED: Mapping[Change, tuple[str, ...]] = MappingProxyType(
    {"new list": BELOW_THE_SIDE_INPUT, "new comment": ("neutrinos.json",), "same bytes": ()}
)
"""The files that are made again after a change: no more, if nothing is done in vain."""
WORK = bytes(2 * 1024 * 1024)
"""Hashing it takes a core about 1.1 ms: the work of one handler."""
SIZE = 1024


def work() -> None:
    """Do the work of one handler."""
    hashlib.sha256(WORK).digest()


def made(file: str, contents: Sequence[bytes]) -> bytes:
    """Return what a file says, given the contents of what it is made of."""
    digest = hashlib.sha256(file.encode())
    for content in used(file, contents):
        digest.update(content)
    told = digest.hexdigest()
    return (json.dumps({"file": file, "digest": told, "fill": told * 15}) + "\n").encode()[:SIZE]


def used(file: str, contents: Sequence[bytes]) -> Sequence[bytes]:
    """Return that part of its inputs which a file depends on."""
    if file != "neutrinos.json":
        return contents
    return [contents[0], json.dumps(json.loads(contents[1])["list"]).encode()]


def event(number: int) -> str:
    """Return the name of an event."""
    return f"S{number:06d}"


def trigger(number: int) -> bytes:
    """Return the trigger of an event, 1 kB."""
    name = event(number)
    return json.dumps({"event": name, "fill": name * 140}).encode()


def side_input(number: int, *, revision: int = 0, comment: int = 0) -> bytes:
    """Return nu_raw.json: another revision is another list, another comment changes nothing."""
    chance = random.Random(number * 1_000_003 + revision)
    values = [chance.random() for _ in range(20)]
    return json.dumps({"list": values, "comment": f"c{comment}"}).encode()


def changed_side_input(number: int, change: Change) -> bytes:
    """Return nu_raw.json after a change."""
    match change:
        case "new list":
            return side_input(number, revision=1)
        case "new comment":
            return side_input(number, comment=1)
        case "same bytes":
            return side_input(number)


def all_made(outside: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return all files of an event, given those from outside."""
    files = dict(outside)
    for file, inputs in INPUTS.items():
        files[file] = made(file, [files[name] for name in inputs])
    return files
