"""Handlers: the files an event can have and how each is made. Physics lives here, I/O does not.

Importing this package is cheap: each handler loads its libraries when it runs.
"""

from llama.domain.handler import FileHandler
from llama.handlers.alarm import RaiseAlarm
from llama.handlers.alert import Alert
from llama.handlers.background_set import BackgroundSet
from llama.handlers.background_sets import BackgroundSets
from llama.handlers.circular import Circular
from llama.handlers.classification import Classification
from llama.handlers.event_data import EventData
from llama.handlers.external_triggers import ExternalTriggers
from llama.handlers.joint_sky_plot import JointSky, JointSkyPdf
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.neutrino_tables import NeutrinoCsv, NeutrinoTex, NeutrinoText
from llama.handlers.overlap import ExternalOverlap, Overlap
from llama.handlers.publish import PublishNotice
from llama.handlers.raw_notice import RawNotice
from llama.handlers.result_notice import ResultNotice
from llama.handlers.significance import Significance
from llama.handlers.skymap import Skymap
from llama.handlers.skymap_info import SkymapInfo
from llama.handlers.skymap_plot import SkymapPlot
from llama.handlers.summary import Summary
from llama.handlers.summary_pdf import SummaryPdf
from llama.handlers.timeline_plot import Timeline

PIPELINE: tuple[type[FileHandler], ...] = (
    Alert,
    RawNotice,
    Skymap,
    SkymapInfo,
    SkymapPlot,
    EventData,
    Classification,
    NeutrinoList,
    ExternalTriggers,
    BackgroundSets,
    BackgroundSet,
    Significance,
    Overlap,
    ExternalOverlap,
    JointSky,
    JointSkyPdf,
    Timeline,
    NeutrinoText,
    NeutrinoCsv,
    NeutrinoTex,
    Summary,
    SummaryPdf,
    ResultNotice,
    Circular,
    PublishNotice,
    RaiseAlarm,
)
"""The handlers that every event has, in an order in which each follows its inputs."""

__all__ = [
    "PIPELINE",
    "Alert",
    "BackgroundSet",
    "BackgroundSets",
    "Circular",
    "Classification",
    "EventData",
    "ExternalOverlap",
    "ExternalTriggers",
    "JointSky",
    "JointSkyPdf",
    "NeutrinoCsv",
    "NeutrinoList",
    "NeutrinoTex",
    "NeutrinoText",
    "Overlap",
    "PublishNotice",
    "RaiseAlarm",
    "RawNotice",
    "ResultNotice",
    "Significance",
    "Skymap",
    "SkymapInfo",
    "SkymapPlot",
    "Summary",
    "SummaryPdf",
    "Timeline",
]
