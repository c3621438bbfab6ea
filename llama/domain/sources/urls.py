"""Reads the URLs that name sources: what is wrong is told without repeating it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import SplitResult, unquote, urlsplit

from llama.domain.errors import Misconfigured
from llama.domain.sources.kafka_urls import gcn_source, kafka_source
from llama.domain.sources.kinds import AlertSource, FolderSource, GracedbSource
from llama.domain.sources.options import Place, duration_of, name_of, options_of, truth_of

MOST_SOURCES = 100
LONGEST_NAME = 200
"""Bytes: positions are kept under the name."""
GRACEDB = "gracedb.ligo.org"
_SEPARATOR = re.compile(r"\s+|,+(?=\s|[a-z][a-z0-9+.-]*://)")
_SUPEREVENT = re.compile(r"[MT]?S[0-9]{6}[a-z]{1,8}")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?")


def split_urls(text: str) -> list[str]:
    """Return the URLs of a list that is separated by spaces, lines or commas.

    A comma separates only where a scheme follows: topics have commas between them, too. A line
    that begins with # is a comment.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    words = (word.strip(",") for line in lines for word in _SEPARATOR.split(line))
    return [word for word in words if word]


def read_sources(text: str) -> tuple[AlertSource, ...]:
    """Read a list of URLs; Misconfigured says which is wrong, and what would be right."""
    urls = split_urls(text)
    if len(urls) > MOST_SOURCES:
        raise Misconfigured(f"there are {len(urls)} sources of alerts: name {MOST_SOURCES} at most")
    found = [read_source(url, f"source {number}") for number, url in enumerate(urls, start=1)]
    repeated = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if repeated:
        raise Misconfigured(
            f"two sources are called {repeated[0]}: name all their topics in one URL, or give one "
            "of them another name with ?name="
        )
    return tuple(found)


def read_source(url: str, words: str = "this source") -> AlertSource:
    """Read one URL; `words` say which it is, for Misconfigured."""
    place = Place(words)
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is not closed
        place.refuse("its URL cannot be read")
    reader = _READERS.get(parts.scheme)
    if reader is None:
        place.refuse(f"there are sources of the kinds {', '.join(f'{one}://' for one in _READERS)}")
    if parts.fragment:
        place.refuse("there is a # in it: write %23")
    source = reader(parts, Place(f"{words} ({parts.scheme}://)"))
    if len(source.name.encode()) > LONGEST_NAME:
        place.refuse(f"its name is longer than {LONGEST_NAME} bytes: give it one with ?name=")
    return source


def _folder_source(parts: SplitResult, place: Place) -> FolderSource:
    options = options_of(parts.query, ("name", "follow", "silence"), place)
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or not path.isprintable():
        place.refuse("write file:///PATH, with three slashes and from the root on")
    silence = options.get("silence")
    return FolderSource(
        name=name_of(options["name"], place) if "name" in options else f"file://{parts.path}",
        path=path,
        follow=truth_of(options.get("follow", "false"), "follow", place),
        silence=duration_of(silence, "silence", place) if silence else None,
    )


def _gracedb_source(parts: SplitResult, place: Place) -> GracedbSource:
    options = options_of(parts.query, ("name", "tls"), place)
    words = [word for word in (parts.netloc, *parts.path.split("/")) if word]
    host = words[0] if len(words) == 2 else GRACEDB
    if not 1 <= len(words) <= 2 or not _SUPEREVENT.fullmatch(words[-1]):
        place.refuse("write gracedb://S190814bv or gracedb://SERVER/S190814bv")
    if not _HOST.fullmatch(host):
        place.refuse("its server is not written as host or host:port")
    is_safe = truth_of(options.get("tls", "true"), "tls", place)
    return GracedbSource(
        name=name_of(options["name"], place)
        if "name" in options
        else f"gracedb://{host}/{words[-1]}",
        server=f"{'https' if is_safe else 'http'}://{host}",
        superevent=words[-1],
    )


_READERS: Mapping[str, Callable[[SplitResult, Place], AlertSource]] = MappingProxyType(
    {
        "kafka": kafka_source,
        "gcn": gcn_source,
        "file": _folder_source,
        "gracedb": _gracedb_source,
    }
)
