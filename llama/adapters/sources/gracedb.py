"""One superevent as GraceDB's public interface has it now: fetched once, as one notice."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import quote

import orjson

from llama.adapters.sources.fetching import fetched
from llama.domain.errors import Unavailable
from llama.domain.sources.copying import LARGEST_RECORD, Arrival
from llama.domain.sources.kinds import GracedbSource
from llama.domain.sources.superevent import Json, Told, notice_of
from llama.ports.sources import Haul, Places
from schemas.envelope import NAME_HEADER
from schemas.topics import ALERTS_TOPIC, MEBIBYTE

LARGEST_JSON = 8 * MEBIBYTE
LARGEST_MAP = LARGEST_RECORD * 3 // 4 - MEBIBYTE
"""As text it is a third larger, and must fit into one notice."""
_NEARBY = ("http://127.0.0.1", "http://localhost")


@dataclass(frozen=True, slots=True)
class GracedbFeed:
    """A source of one record."""

    source: GracedbSource
    places: Places

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is open."""

    async def hauls(self) -> AsyncIterator[Haul]:
        """Bring the superevent, unless it was brought before."""
        if not self.places.get((ALERTS_TOPIC.name, 0)):
            notice = await asyncio.to_thread(fetch_notice, self.source)
            headers = ((NAME_HEADER, f"{self.source.superevent}.json".encode()),)
            yield Haul((Arrival(ALERTS_TOPIC.name, 0, 0, notice, len(notice), headers=headers),))


def fetch_notice(source: GracedbSource) -> bytes:
    """Return the notice of what GraceDB tells of a superevent now; takes some requests.

    Unavailable if it does not answer, Misconfigured if it has no such superevent for the public.
    """
    told = Told(
        superevent=_json(source, ""),
        alerts=_list(_json(source, "voevents/").get("voevents")),
        files=tuple(_json(source, "files/")),
    )
    name = told.map_name
    return notice_of(
        told,
        _file(source, name, LARGEST_MAP) if name else None,
        server=source.server,
        classes=_json_file(source, "p_astro.json", told),
        properties=_json_file(source, "em_bright.json", told),
    )


def _json_file(source: GracedbSource, name: str, told: Told) -> Json:
    return _object(_file(source, name, LARGEST_JSON), source) if name in told.files else {}


def _file(source: GracedbSource, name: str, most_bytes: int) -> bytes:
    return _get(source, f"files/{quote(name, safe=',')}", most_bytes)


def _json(source: GracedbSource, path: str) -> Json:
    return _object(_get(source, path, LARGEST_JSON), source)


def _get(source: GracedbSource, path: str, most_bytes: int) -> bytes:
    url = f"{source.server}/api/superevents/{source.superevent}/{path}"
    return fetched(url, most_bytes=most_bytes, direct=source.server.startswith(_NEARBY))


def _object(content: bytes, source: GracedbSource) -> Json:
    try:
        told = orjson.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Unavailable(f"{source.server} answers with what is no JSON object: look at it")
    return told


def _list(told: object) -> list[Mapping[str, object]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
