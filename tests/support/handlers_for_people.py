"""A pipeline of fifteen handlers of every kind, as a scientist would write them."""

from collections.abc import Mapping

from llama import (
    FileHandler,
    GenerateOnceHandler,
    Inputs,
    JSONHandler,
    NotYet,
    PollingHandler,
    Product,
    TriggeredHandler,
    UploadReceiptHandler,
    uses,
    veto_input,
)


class Notice(TriggeredHandler):
    FILENAME = "notice.json"
    ASPECTS = ("event", "map")


class Sky(FileHandler):
    FILENAME = "sky.fits"
    ASPECTS = ("pixels", "distance")
    DEPENDENCIES = (uses(Notice, "map"),)

    def generate(self, inputs: Inputs) -> Product:
        return Product(inputs[Notice].attachment("map"))


class Info(JSONHandler):
    FILENAME = "info.json"
    ASPECTS = ("far", "area")
    DEPENDENCIES = (uses(Notice, "event"), uses(Sky, "pixels", "distance", optional=True))

    def generate(self, inputs: Inputs) -> object:
        return {"far": 1e-9, "area": len(inputs[Sky].content) if Sky in inputs else None}


class Plot(FileHandler):
    FILENAME = "sky.png"
    DEPENDENCIES = (uses(Sky, "pixels"),)
    RESOURCE_CLASS = "heavy"

    def generate(self, inputs: Inputs) -> bytes:
        return b"png of " + inputs[Sky].content


class Window(JSONHandler):
    FILENAME = "window.json"
    DEPENDENCIES = (uses(Notice, "event"),)

    def generate(self, inputs: Inputs) -> object:
        return [-500, 500]


class Neutrinos(PollingHandler):
    FILENAME = "neutrinos.json"
    DEPENDENCIES = (Window,)
    FLAGS = ("BLINDED_NEUTRINOS",)

    def generate(self, inputs: Inputs) -> str:
        raise NotYet("the window has not closed")


class GammaRays(PollingHandler):
    FILENAME = "gamma_rays.json"
    DEPENDENCIES = (Window,)

    def generate(self, inputs: Inputs) -> str:
        return "[]"


class Galaxies(GenerateOnceHandler):
    FILENAME = "galaxies.csv"
    DEPENDENCIES = (uses(Sky, "distance"),)

    def generate(self, inputs: Inputs) -> str:
        return "name,distance\n"


class SignificanceTable(FileHandler):
    FILENAME = "significance.csv"


class SignificancePlot(FileHandler):
    FILENAME = "significance.png"


class Significance(JSONHandler):
    FILENAME = "significance.json"
    ASPECTS = ("p_value",)
    DEPENDENCIES = (uses(Sky, "pixels"), Neutrinos, uses(GammaRays, optional=True))
    MANIFEST_TYPES = (SignificanceTable, SignificancePlot)

    def generate(self, inputs: Inputs) -> Mapping[type[FileHandler], object]:
        return {
            Significance: {"p_value": 0.5},
            SignificanceTable: "p\n0.5\n",
            SignificancePlot: b"png",
        }


class Report(FileHandler):
    FILENAME = "report.html"
    DEPENDENCIES = (Info, uses(Plot, optional=True), SignificancePlot, SignificanceTable, Galaxies)

    def generate(self, inputs: Inputs) -> str:
        return "<p>"


class Circular(FileHandler):
    FILENAME = "circular.txt"
    DEPENDENCIES = (uses(Info, "far"), uses(Significance, "p_value"))
    VETOES = (veto_input(Significance, "p_value", is_=1.0, reason="nothing was found"),)

    def generate(self, inputs: Inputs) -> str:
        return "We report"


class CircularReceipt(UploadReceiptHandler):
    FILENAME = "circular_receipt.json"
    DEPENDENCIES = (Circular,)

    def upload(self, content: bytes, inputs: Inputs) -> object:
        return {"accepted": len(content)}


class ReportReceipt(UploadReceiptHandler):
    FILENAME = "report_receipt.json"
    DEPENDENCIES = (Report,)

    def upload(self, content: bytes, inputs: Inputs) -> object:
        return {"accepted": len(content)}
