"""Writes the published schemas: `python -m schemas.publish [--check]`.

For every message class that a topic carries: a JSON Schema (draft 2020-12) and an example; one
catalogue of the topics, the AsyncAPI document of those that anybody may read, and the OpenAPI
document of the gateway. Readers outside
this project depend on these files, so they are kept in the repository, and a test compares them
with what the classes say today. What would take less than they do is refused.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from schemas.asyncapi import asyncapi
from schemas.compatibility import breaks
from schemas.envelope import SCHEMA_VERSION, type_name
from schemas.examples import EXAMPLES
from schemas.json_schemas import schema_of
from schemas.openapi import OPENAPI_FILE, openapi, openapi_breaks
from schemas.topics import TOPICS, Topic

PUBLISHED = Path(__file__).parent / "published" / f"v{SCHEMA_VERSION}"
ADVICE = """\
The files in schemas/published no longer say what the message classes say. Others read them:
- a new field that has a default, a new class or better words: run `make schemas`, and tell it
  in CHANGELOG.md;
- a field that goes, is renamed, gets another type or is newly required breaks every reader and
  every message that is already on the log: add a new version beside this one instead
  (CONTRIBUTING.md, "A message").
"""
BREAKING = "This breaks who reads by the released schemas, and nothing was written:"


def topic_entry(topic: Topic) -> dict[str, object]:
    """Return what the catalogue says about a topic."""
    return {
        "name": topic.name,
        "key": topic.key,
        "partitions": topic.partitions,
        "config": dict(sorted(topic.config.items())),
        "messages": [type_name(message_type) for message_type in topic.messages],
    }


def render() -> dict[str, str]:
    """Return the text of every published file, by file name."""
    texts = {
        "topics.json": _as_text([topic_entry(topic) for topic in TOPICS]),
        "asyncapi.json": _as_text(asyncapi()),
        OPENAPI_FILE: _as_text(openapi()),
    }
    for message_type in (each for topic in TOPICS for each in topic.messages):
        texts[f"{message_type.__name__}.schema.json"] = _as_text(schema_of(message_type))
    for example in EXAMPLES:
        texts[f"{type(example).__name__}.example.json"] = _as_text(
            example.model_dump(mode="json", by_alias=True)
        )
    return texts


def differences(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Return in words how a folder differs from what should be in it."""
    present = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    surplus = [f"{name} belongs to no message" for name in present.keys() - texts.keys()]
    missing = [f"{name} is missing" for name in texts.keys() - present.keys()]
    changed = [
        f"{name} differs"
        for name in texts.keys() & present.keys()
        if texts[name].encode() != present[name]
    ]
    return sorted(surplus + missing + changed)


def broken(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Return in words what would break those who read by the released schemas of a folder."""
    found: list[str] = []
    for path in sorted(folder.glob("*.schema.json")):
        released = json.loads(path.read_bytes())
        if "$id" not in released:
            continue  # nothing that this project has released
        if path.name not in texts:
            found.append(f"{path.name}: the message is gone")
            continue
        present = json.loads(texts[path.name])
        found += [f"{path.name}: {what}" for what in breaks(released, present)]
    return found + _broken_addresses(folder / OPENAPI_FILE, texts)


def _broken_addresses(path: Path, texts: Mapping[str, str]) -> list[str]:
    if not path.exists():
        return []
    released, present = json.loads(path.read_bytes()), json.loads(texts[OPENAPI_FILE])
    return [f"{path.name}: {what}" for what in openapi_breaks(released, present)]


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold these files, and no other JSON files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())


def main(arguments: Sequence[str], folder: Path = PUBLISHED) -> int:
    """Write the published files, or only compare them; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m schemas.publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    texts = render()
    found, refused = differences(folder, texts), broken(folder, texts)
    is_check = parser.parse_args(arguments).check
    if refused:
        sys.stderr.write("\n".join([BREAKING, *refused, "", ADVICE]))
        return 1
    if not is_check:
        write(folder, texts)
        sys.stdout.write("\n".join([f"{len(found)} files written", *found]) + "\n")
        return 0
    if found:
        sys.stderr.write("\n".join([*found, "", ADVICE]))
    return 1 if found else 0


def _as_text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
