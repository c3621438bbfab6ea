"""The parts of a notice below its heading: the event, the coincidence, the links, the rest."""

from dataclasses import dataclass
from datetime import datetime

from llama.domain.digests import Digest, digest_bytes, digest_json
from llama.domain.notice.cleaning import Cleaner
from llama.domain.notice.heading import REQUIRED
from llama.domain.notice.maps import read_map
from llama.domain.notice.model import AlertType, JsonValue, Limits, Refused
from llama.domain.notice.oddities import Oddities, shown
from llama.domain.notice.times import read_time, write_time

_EVENT_FIELDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("far", (int, float)),
    ("instruments", (list,)),
    ("significant", (bool,)),
)
"""Required of an event, beside its time, by the schema igwn.alerts.Alert.schema.json."""

_KNOWN = {*REQUIRED, "event", "external_coinc", "urls"}


@dataclass(frozen=True, slots=True)
class Section:
    """One of the two objects of a notice that may carry a map, cleaned."""

    content: dict[str, JsonValue] | None
    """Without the map; None when the notice has no such object."""
    map_key: str
    map_bytes: bytes | None
    map_digest: Digest | None
    """None when there is no map that could be decoded."""

    @property
    def digest(self) -> Digest:
        """Digest of the content without the map; of null, when there is none."""
        return digest_json(self.content)

    def normalised(self) -> dict[str, JsonValue] | None:
        """Return the content with the digest and size of the map in the place of the map."""
        if self.content is None:
            return None
        if self.map_bytes is None:
            return {**self.content, self.map_key: None}
        size = len(self.map_bytes)
        return {**self.content, self.map_key: {"sha256": self.map_digest, "bytes": size}}


class SectionReader:
    """Reads the sections of one notice, within one budget; takes the maps out of `body`."""

    def __init__(self, body: dict[str, JsonValue], limits: Limits, oddities: Oddities) -> None:
        """Start on the parsed notice, whose heading was read."""
        self._body = body
        self._limits = limits
        self._oddities = oddities
        self._cleaner = Cleaner(limits, oddities)

    def read_event(self, alert_type: AlertType) -> Section | Refused:
        """Read the event: a retraction should have none, any other notice should have one."""
        section = self._read_section("event", "skymap")
        if isinstance(section, Refused):
            return section
        is_retraction = alert_type is AlertType.RETRACTION
        if (section.content is None) is not is_retraction:
            has = "no" if section.content is None else "an"
            self._oddities.add(f"{alert_type} with {has} event")
        if section.content is not None:
            self._tell_odd_fields(section.content)
        return section

    def read_external(self) -> Section | Refused:
        """Read the coincidence with another observatory; older schemas know none."""
        return self._read_section("external_coinc", "combined_skymap")

    def read_event_time(self, event: Section) -> datetime | None:
        """Read the time of the event and write it in the one normal form, if it is readable."""
        if event.content is None:
            return None
        value = event.content.get("time")
        time = read_time(value)
        if time is None:
            self._oddities.add(f"event.time is {shown(value, self._limits)}")
            return None
        if not time.is_zoned:
            self._oddities.add("event.time names no zone: taken as UTC")
        event.content["time"] = write_time(time.utc)
        return time.utc

    def read_urls(self) -> dict[str, JsonValue]:
        """Read the links: what is not a web address is dropped."""
        value = self._object("urls")
        urls = {} if value is None else self._cleaner.object(value, ("urls",))
        for key in [key for key, url in urls.items() if not _is_web_address(url)]:
            self._oddities.add(f"urls.{key} is {shown(urls.pop(key), self._limits)}: dropped")
        return urls

    def read_rest(self) -> dict[str, JsonValue]:
        """Read what no known schema names; `oddities` is our own word and is dropped."""
        rest = {key: value for key, value in self._body.items() if key not in _KNOWN}
        if rest.pop("oddities", self) is not self:
            self._oddities.add("oddities is a name of ours: dropped")
        return self._cleaner.object(rest, ())

    def _read_section(self, name: str, map_key: str) -> Section | Refused:
        value = self._object(name)
        if value is None:
            return Section(None, map_key, None, None)
        map_value = value.pop(map_key, None)
        content = self._cleaner.object(value, (name,))
        if map_value is None and name != "event":  # a coincidence without a map is normal
            return Section(content, map_key, None, None)
        decoded = read_map(map_value, f"{name}.{map_key}", self._limits, self._oddities)
        if isinstance(decoded, Refused):
            return decoded
        digest = None if decoded is None else digest_bytes(decoded)
        return Section(content, map_key, decoded, digest)

    def _object(self, name: str) -> dict[str, JsonValue] | None:
        value = self._body.get(name)
        if value is None or isinstance(value, dict):
            return value
        self._oddities.add(f"{name} is {shown(value, self._limits)}: dropped")
        return None

    def _tell_odd_fields(self, event: dict[str, JsonValue]) -> None:
        for key, types in _EVENT_FIELDS:
            if key not in event:
                self._oddities.add(f"event.{key} is missing")
            elif type(event[key]) not in types:
                self._oddities.add(f"event.{key} is {shown(event[key], self._limits)}")


def _is_web_address(value: JsonValue) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))
