"""The adapters that people's classes work with: the one place of this room that chooses them.

They are imported when they are asked for, so that `import llama` stays quick.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from llama.client.local.workbench import Workbench
from llama.domain.pipeline import Handlers
from llama.ports.event_folder import EventFolder
from llama.ports.pictures import Draw, DrawRun
from llama.ports.runner import Runner

if TYPE_CHECKING:
    from llama.adapters.event_folder import DiskEventFolder


def draw() -> Draw:
    """Return what lays out graphs and draws them."""
    from llama.adapters.graphviz import render

    return render


def draw_run() -> DrawRun:
    """Return what draws the figures of many events."""
    from llama.adapters.matplotlib_pictures import picture_of

    return picture_of


def open_bench(eventid: str, eventdir: Path, handlers: Handlers) -> Workbench:
    """Return what works on an event in its folder, with a pipeline."""
    from llama.adapters.processes.forked import ForkingRunner
    from llama.adapters.system_clock import SystemClock

    folder = _folder(eventdir)

    def runner_of(needed: Handlers, work: Path) -> Runner:
        return ForkingRunner(needed, artifacts=folder.artifacts, work=work)

    return Workbench(eventid, folder, handlers, SystemClock(), runner_of)


def open_folder(path: Path) -> EventFolder:
    """Return what keeps an event in a folder."""
    return _folder(path)


def is_event_folder(path: Path) -> bool:
    """Tell whether a folder is an event's."""
    return _folder(path).exists()


def auxiliary_in(eventdir: Path) -> tuple[Path, ...]:
    """Return the paths in an event's folder that keep the event and are no file of it."""
    from llama.adapters.event_folder import HIDDEN

    return (eventdir / HIDDEN,) if (eventdir / HIDDEN).exists() else ()


def _folder(path: Path) -> "DiskEventFolder":
    from llama.adapters.event_folder import DiskEventFolder

    return DiskEventFolder(path)
