"""The addresses of the gateway as others rely on them: what each takes, and answers with.

The gateway says the same where it serves them; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from schemas.answers import FactList, HealthReport, LetterList, Placed, Refused, RevisionList
from schemas.archive import ArchivePage
from schemas.base import SHA256
from schemas.board import LiveBoard
from schemas.external_triggers import ExternalTriggerList
from schemas.listing import EventList
from schemas.neutrinos import NeutrinoList
from schemas.selections import SelectionList
from schemas.sources import SourceList
from schemas.status import EventStatus, Why

HTML, SVG, BYTES = "text/html", "image/svg+xml", "application/octet-stream"
ANY_TYPE = "*/*"
STREAM = "text/event-stream"
JSON = "application/json"
FIGURES = "text/plain"
_GIT = "application/x-git-upload-pack"
_AS_OF = ("as_of",)
_SPAN = ("start", "stop", "test")


@dataclass(frozen=True, slots=True)
class Operation:
    """One address, asked in one way."""

    path: str
    says: str
    """What it answers with."""
    answers: type[BaseModel] | str
    """The class of its JSON, or a media type."""
    takes: tuple[str, ...] = ()
    """Names of its parameters, among `PARAMETERS`."""
    takes_criteria: bool = False
    method: str = "get"
    status: int = 200
    body: str = ""
    """Media type of what it takes as a body; empty: none."""
    is_closed: bool = False
    """Only those who have the token are answered."""


_FILE = "/events/{event}/files/{file}"
_GIT_PATH = "/{event}.git/git-"
OPERATIONS: tuple[Operation, ...] = (
    Operation("/", "the events, as a page", HTML, ("limit",)),
    Operation(
        "/events",
        "the events that meet criteria, page by page",
        EventList,
        ("limit", "after", "as_of"),
        takes_criteria=True,
    ),
    Operation("/events/{event}", "the status of an event", EventStatus, _AS_OF),
    Operation("/events/{event}/page", "all about an event, as a page", HTML, _AS_OF),
    Operation(_FILE, "the bytes of a file", ANY_TYPE, ("as_of", "version", "commit", "digest")),
    Operation("/events/{event}/why/{file}", "why a file is what it is", Why, _AS_OF),
    Operation("/events/{event}/facts", "all that happened to an event", FactList, _AS_OF),
    Operation("/events/{event}/revisions", "the revisions of an event", RevisionList, _AS_OF),
    Operation("/events/{event}/graph.svg", "what is made from what, as a picture", SVG, _AS_OF),
    Operation(
        "/changes",
        "what changes, for ever: each `data` is an EventChange",
        STREAM,
        ("from", "since"),
        takes_criteria=True,
    ),
    Operation("/dead-letters", "notices that were refused", LetterList, ("limit", "state")),
    Operation(
        "/archive",
        "all copies of notices that came in, page by page",
        ArchivePage,
        ("event", "since", "until", "reason", "limit", "after"),
    ),
    Operation("/archive/{sha256}", "the bytes of a notice as they came", BYTES),
    Operation("/neutrinos", "neutrinos that came in with notices", NeutrinoList, _SPAN),
    Operation(
        "/external-triggers",
        "triggers of other observatories that came in with notices",
        ExternalTriggerList,
        _SPAN,
    ),
    Operation("/sources", "how the sources of alerts stand", SourceList, ("limit",)),
    Operation("/board", "what was counted in the latest windows", LiveBoard, ("limit",)),
    Operation("/selections", "the standing selections", SelectionList),
    Operation(
        "/notices",
        "takes a notice, and answers when it is durable",
        Placed,
        method="post",
        status=202,
        body=BYTES,
        is_closed=True,
    ),
    Operation("/livez", "whether the loops of its process go on", HealthReport, ("verbose",)),
    Operation("/readyz", "whether its services are of use", HealthReport, ("verbose",)),
    Operation("/metrics", "figures of its process, for Prometheus", FIGURES),
    Operation("/asyncapi.json", "what goes out on Kafka, as an AsyncAPI 3 document", JSON),
    Operation("/openapi.json", "this document", JSON),
    Operation(
        "/{event}.git/info/refs",
        "for git: what there is to fetch",
        f"{_GIT}-advertisement",
        ("service",),
    ),
    Operation(
        f"{_GIT_PATH}upload-pack",
        "for git: what a client lacks",
        f"{_GIT}-result",
        method="post",
        body=f"{_GIT}-request",
    ),
    Operation(f"{_GIT_PATH}receive-pack", "for git: refused", Refused, status=403),
    Operation(f"{_GIT_PATH}receive-pack", "for git: refused", Refused, method="post", status=403),
)
_MOMENT = "a moment: a time with its zone, a date, or an age such as 2h"
_TEXT = MappingProxyType({"type": "string", "minLength": 1})


def _text(says: str, **more: Any) -> Mapping[str, Any]:
    return MappingProxyType({"description": says, "schema": {**_TEXT, **more}})


PARAMETERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "limit": {
            "description": "how many rows a page has",
            "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
        },
        "after": _text("where a page begins: `next` of the page before"),
        "as_of": _text(f"the earlier moment that is shown; {_MOMENT}"),
        "version": _text("the number of a version, from 0", pattern="^[0-9]{1,9}$"),
        "commit": _text("a revision: a number, a commit, or a moment"),
        "digest": _text("the SHA-256 of the bytes", pattern=SHA256),
        "from": _text("the id behind which the stream goes on"),
        "since": _text(f"from when on; {_MOMENT}"),
        "until": _text(f"until when; {_MOMENT}"),
        "state": _text("what was done about them", enum=["open", "redriven", "dropped", "all"]),
        "event": _text("only copies of notices of this event"),
        "reason": _text("only what was refused for this reason"),
        "start": _text("from when on, in UTC"),
        "stop": _text("until when, in UTC"),
        "test": _text("whether those of tests are told, too", enum=["true", "false"]),
        "verbose": {
            "description": "to be there is enough: all checks are told",
            "schema": {"type": "string"},
            "allowEmptyValue": True,
        },
        "service": _text("what git asks for", const="git-upload-pack"),
    }
)
"""By name: what is said of it, and the schema of its values."""
