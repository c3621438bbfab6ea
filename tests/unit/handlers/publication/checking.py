"""The two schemas of notices, and results of which notices are made."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import Schema

from llama.client.trial import try_handler
from llama.domain.handler import FileHandler
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.result_notice import ResultNotice
from llama.handlers.significance import Significance
from llama.handlers.sky.writing import to_fits
from llama.handlers.skymap import Skymap
from tests.support.joint_samples import alert_json, neutrinos_json, significance_json
from tests.support.joint_search import a_fisher_map

SCHEMA = "https://gcn.nasa.gov/schema/main/gcn/notices/icecube/lvk_nu_track_search.schema.json"
SKY = to_fits(a_fisher_map(order=4))
Files = Mapping[type[FileHandler], object]


def result_files(**changes: object) -> dict[type[FileHandler], object]:
    """Return what a notice is made from; changes by the names of the three JSON files."""
    return {
        Alert: changes.get("alert", alert_json()),
        Skymap: SKY,
        NeutrinoList: changes.get("neutrinos", neutrinos_json()),
        Significance: changes.get("significance", significance_json()),
    }


def made(given: Files, **flags: bool | str) -> dict[str, object]:
    """Return the notice of a result."""
    product = try_handler(ResultNotice, given, flags=flags, eventid="S230914ak")[ResultNotice]
    notice: dict[str, object] = json.loads(product.content)
    return notice


def profile(part: str = "") -> Draft202012Validator:
    """Return our profile of notices, or one of its definitions."""
    text = files("llama.handlers.publication").joinpath("profile.json").read_text()
    known = json.loads(text)
    Draft202012Validator.check_schema(known)
    whole = {**known, "$ref": f"#/$defs/{part}"} if part else known
    if part:
        del whole["oneOf"]
    return Draft202012Validator(whole)


def gcn(shared_data: Path) -> Draft202012Validator:
    """Return the schema of GCN, with those that it refers to."""
    folder = shared_data / "schemas" / "gcn" / "notices"
    known = {one["$id"]: one for one in map(_read, folder.rglob("*.schema.json"))}
    found = ((name, Resource.from_contents(one)) for name, one in known.items())
    registry = Registry[Schema]().with_resources(found)
    return Draft202012Validator(known[SCHEMA], registry=registry)


def complaints(validator: Draft202012Validator, notice: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a notice."""
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(notice)]


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())
