"""The yardstick's pipeline as FileHandlers of this project: `LLAMA_PIPELINE` names this module."""

from benchmarks.yardstick import dag
from benchmarks.yardstick.run_log import telling
from llama.domain.handler import FileHandler, Inputs, dependencies_of
from llama.domain.kinds import TriggeredHandler


class Trigger(TriggeredHandler):
    FILENAME = "trigger.json"


class RawNeutrinos(TriggeredHandler):
    FILENAME = "nu_raw.json"


class _Made(FileHandler):
    """One of the eleven files: it reads its inputs, works for a millisecond, and says 1 kB."""

    def generate(self, inputs: Inputs) -> bytes:
        """Make the file as `dag` says it."""
        with telling(self.eventid, self.FILENAME):
            uses = [inputs[one.handler].content for one in dependencies_of(type(self))]
            dag.work()
            return dag.made(self.FILENAME, uses)


class Skymap(_Made):
    FILENAME = "skymap.dat"
    DEPENDENCIES = (Trigger,)


class SkymapInfo(_Made):
    FILENAME = "skymap_info.json"
    DEPENDENCIES = (Skymap,)


class Neutrinos(_Made):
    FILENAME = "neutrinos.json"
    DEPENDENCIES = (Skymap, RawNeutrinos)


class Coincidence(_Made):
    FILENAME = "coincidence.json"
    DEPENDENCIES = (SkymapInfo, Neutrinos)


class Significance(_Made):
    FILENAME = "significance.json"
    DEPENDENCIES = (Coincidence,)


class Table(_Made):
    FILENAME = "coinc_table.json"
    DEPENDENCIES = (Coincidence,)


class FirstPlot(_Made):
    FILENAME = "plot1.svg"
    DEPENDENCIES = (Coincidence,)


class SecondPlot(_Made):
    FILENAME = "plot2.svg"
    DEPENDENCIES = (Coincidence,)


class ThirdPlot(_Made):
    FILENAME = "plot3.svg"
    DEPENDENCIES = (Coincidence,)


class Summary(_Made):
    FILENAME = "summary.html"
    DEPENDENCIES = (Significance, Table, FirstPlot, SecondPlot, ThirdPlot)


class Notice(_Made):
    FILENAME = "notice.txt"
    DEPENDENCIES = (Summary,)


OUTSIDE = (Trigger, RawNeutrinos)
PIPELINE = (
    *(*OUTSIDE, Skymap, SkymapInfo, Neutrinos, Coincidence, Significance, Table),
    *(FirstPlot, SecondPlot, ThirdPlot, Summary, Notice),
)
