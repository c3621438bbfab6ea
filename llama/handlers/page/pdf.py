"""The summary as a PDF, set by typst: no TeX, no fonts of the machine, no downloads.

What the files say reaches the typesetter as data (JSON and pictures), never as source: no text
from outside can be markup or code.
"""

import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import orjson
import typst


def to_pdf(contents: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
    """Return the PDF; the same contents and pictures (PNG, by name) give the same bytes."""
    with tempfile.TemporaryDirectory(prefix="llama-summary-") as name:
        folder = Path(name)
        said = {**contents, "pictures": sorted(pictures)}
        (folder / "contents.json").write_bytes(orjson.dumps(said))
        (folder / "main.typ").write_bytes(_template("summary.typ"))
        for picture, png in pictures.items():
            (folder / f"{picture}.png").write_bytes(png)
        return typst.compile(
            str(folder / "main.typ"), root=str(folder), format="pdf", ignore_system_fonts=True
        )


def _template(name: str) -> bytes:
    return files("llama.handlers").joinpath("templates", name).read_bytes()
