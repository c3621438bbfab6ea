"""What every peer needs, and how that is made, once, below .cache/peers: nothing is installed."""

import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from benchmarks.peers.servers import CACHE, POSTGRES

DEBIAN = (
    *("redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libhiredis0.14"),
    *("liblua5.1-0", "lua-bitop", "lua-cjson"),
)
"""Redis and what it is linked with, as Debian 12 packs them."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a peer is made of."""

    packages: tuple[str, ...] = ()
    """From the Python Package Index."""
    npm: tuple[str, ...] = ()
    debian: tuple[str, ...] = ()
    """Packages that are unpacked, not installed."""
    programs: tuple[Path, ...] = ()
    """What must be on the machine."""
    detects_changes: bool = False
    """Whether it finds out by itself what a change leads to; else its caller has to say it."""


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "floor": Recipe(detects_changes=True),
        "restate": Recipe(
            packages=("restate-sdk==1.3.0", "hypercorn==0.18.0", "httpx==0.28.1"),
            npm=("@restatedev/restate-server@1.7.12",),
        ),
        "celery": Recipe(packages=("celery[redis]==5.7.0",), debian=DEBIAN),
        "dbos": Recipe(packages=("dbos==3.4.0",), programs=(POSTGRES / "postgres",)),
    }
)


class NotHere(Exception):
    """A peer cannot be measured on this machine."""


def python_of(peer: str) -> Path:
    """Return the Python of a peer's environment, made if need be; NotHere if it cannot be."""
    recipe = RECIPES[peer]
    for program in recipe.programs:
        if not program.exists():
            raise NotHere(f"{peer} needs {program}, which is not on this machine")
    if not recipe.packages:
        return Path(sys.executable)
    folder, wanted = CACHE / peer, repr(recipe)
    stamp = folder / "recipe"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, recipe)
        stamp.write_text(wanted)
    return folder / "venv" / "bin" / "python"


def _make(folder: Path, recipe: Recipe) -> None:
    print(f"making {folder.name}'s environment", file=sys.stderr)
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    _run(str(python), "-m", "pip", "install", "--quiet", *recipe.packages)
    if recipe.npm:
        _require("npm", "install Node.js")
        _run("npm", "install", "--silent", "--no-audit", "--prefix", str(folder), *recipe.npm)
    if recipe.debian:
        _require("apt-get", "it comes from Debian's packages, which this machine does not have")
        _unpack(recipe.debian, folder)


def _unpack(packages: tuple[str, ...], folder: Path) -> None:
    with tempfile.TemporaryDirectory() as downloads:
        _run("apt-get", "download", *packages, cwd=downloads)
        for package in sorted(Path(downloads).glob("*.deb")):
            _run("dpkg", "-x", str(package), str(folder))


def _require(program: str, advice: str) -> None:
    if shutil.which(program) is None:
        raise NotHere(f"{program} is not on this machine: {advice}")


def _run(*command: str, cwd: str | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
