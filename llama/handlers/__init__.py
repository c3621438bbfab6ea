"""Handlers: the files an event can have and how each is made. Physics lives here, I/O does not.

Importing this package is cheap: each handler loads its libraries when it runs.
"""

from llama.domain.handler import FileHandler
from llama.handlers.alert import Alert
from llama.handlers.skymap import Skymap
from llama.handlers.skymap_info import SkymapInfo
from llama.handlers.skymap_plot import SkymapPlot
from llama.handlers.summary import Summary

PIPELINE: tuple[type[FileHandler], ...] = (Alert, Skymap, SkymapInfo, SkymapPlot, Summary)
"""The handlers that every event has, in an order in which each follows its inputs."""

__all__ = ["PIPELINE", "Alert", "Skymap", "SkymapInfo", "SkymapPlot", "Summary"]
