"""The summary as one page of HTML: no request leaves it and no script runs in it."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files

import jinja2


def to_html(contents: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
    """Return the page as UTF-8; the same contents and pictures (PNG, by name) give equal bytes."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = _template("summary.css")
    page = environment.from_string(_template("summary.html")).render(
        style=style,
        style_hash=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        pictures={name: b64encode(png).decode() for name, png in pictures.items()},
        **contents,
    )
    return page.encode()


def _template(name: str) -> str:
    return files("llama.handlers").joinpath("templates", name).read_text(encoding="utf-8")
