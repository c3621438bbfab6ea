"""VOEvent 2.0 (IVOA): the XML that archives hold, and GCN's older streams still send.

What a VOEvent says is told in the words of the JSON notices, so that one reader reads both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llama.domain.notice.body import Body
from llama.domain.notice.model import Limits, RefusalReason, Refused
from llama.domain.notice.oddities import Oddities, printable, refuse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_XML_BYTES = 1024 * 1024
"""A VOEvent has some kB: it names maps and carries none."""
_MAX_PARAMS = 2000
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class VOEvent:
    """The parts of a VOEvent that notices use, as text; empty where it does not tell them."""

    ivorn: str
    role: str
    date: str
    """When it was written: UTC, though the zone is often left out."""
    params: Mapping[str, str]
    """What stands at the top of What, by name."""
    units: Mapping[str, str]
    """Their units, of those that have one."""
    groups: Mapping[str, Mapping[str, str]]
    """The other parameters, by the type of their group, or by its name if it has no type."""
    time: str
    """When that happened which it tells of: UTC."""
    ra_deg: str
    dec_deg: str
    error_deg: str
    """Radius of the circle around the position."""

    def param(self, *names: str) -> str:
        """Return the first parameter that is told, wherever it stands."""
        for name in names:
            for found in (self.params, *self.groups.values()):
                if found.get(name):
                    return found[name]
        return ""

    def says(self, *names: str) -> bool:
        """Tell whether one of some parameters is true."""
        return any(self.param(name).lower() in {"true", "1", "yes"} for name in names)

    @property
    def is_test(self) -> bool:
        """Whether it is none of nature's, as far as it says."""
        return self.role != "observation" or self.says("Test", "InternalTest", "HardwareInj")


def parse_voevent(raw: bytes, limits: Limits, oddities: Oddities) -> Body | Refused:
    """Read a VOEvent of LVK, of IceCube, or of another observatory's trigger."""
    from llama.domain.notice.voevent_lvk import lvk_body, tells_of_a_superevent
    from llama.domain.notice.voevent_triggers import icecube_body, is_of_icecube, trigger_body

    found = _voevent(raw, limits)
    if isinstance(found, Refused):
        return found
    if found.role == "utility":
        return refuse(RefusalReason.NOT_A_NOTICE, "a VOEvent that is of use to machines only")
    if found.role not in {"observation", "test"}:
        oddities.add(f"role is '{printable(found.role, _SHOWN)}': taken as a test")
    if tells_of_a_superevent(found):
        return Body(lvk_body(found), found.is_test)
    body = icecube_body(found) if is_of_icecube(found) else trigger_body(found)
    return Body(body, found.is_test)


def zoned(time: str) -> str:
    """Return a time with its zone: one without is UTC in a VOEvent."""
    text = time.strip()
    has_zone = text.endswith(("Z", "z")) or "+" in text or "-" in text[10:]
    return text if has_zone or not text else f"{text}Z"


def number(text: str) -> float | str | None:
    """Return a number; the text itself if it is none, so that the reader can tell it."""
    if not text:
        return None
    try:
        return float(text[:_SHOWN])
    except ValueError:
        return text


def _voevent(raw: bytes, limits: Limits) -> VOEvent | Refused:
    if len(raw) > MAX_XML_BYTES or raw.count(b"<") > limits.max_values:
        return refuse(RefusalReason.TOO_LARGE, f"XML of {len(raw)} bytes: no VOEvent is so large")
    root = _tree(raw)
    if isinstance(root, Refused):
        return root
    if _name(root) != "VOEvent":
        detail = f"XML whose root is {printable(_name(root), _SHOWN)}, where VOEvent is read"
        return refuse(RefusalReason.UNSUPPORTED_FORMAT, detail)
    return _read(root)


def _tree(raw: bytes) -> "Element | Refused":
    """Parse XML: a DOCTYPE (and so entities, and anything outside) is refused."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        return refuse(RefusalReason.UNSUPPORTED_FORMAT, "XML with a DOCTYPE: no notice has one")
    except (ParseError, ValueError, LookupError) as error:  # LookupError: an unknown encoding
        return refuse(RefusalReason.DAMAGED, f"XML of {len(raw)} bytes does not parse: {error}")


def _read(root: "Element") -> VOEvent:
    what = root.find("What")
    where = root.find("WhereWhen")
    groups: dict[str, Mapping[str, str]] = {}
    for group in () if what is None else what.findall("Group")[:_MAX_PARAMS]:
        groups.setdefault(group.get("type") or group.get("name") or "", dict(_params(group)))
    return VOEvent(
        ivorn=root.get("ivorn", ""),
        role=root.get("role", "observation"),
        date=zoned(_text(root, "Who/Date")),
        params={} if what is None else dict(_params(what)),
        units={} if what is None else dict(_units(what)),
        groups=groups,
        time=zoned(_text(where, ".//ISOTime")),
        ra_deg=_text(where, ".//Value2/C1"),
        dec_deg=_text(where, ".//Value2/C2"),
        error_deg=_text(where, ".//Error2Radius"),
    )


def _params(parent: "Element") -> Iterator[tuple[str, str]]:
    """Go through parameters from the last to the first: of several of one name the first counts."""
    for param in reversed(parent.findall("Param")[:_MAX_PARAMS]):
        value = param.get("value")
        text = value if value is not None else _text(param, "Value")
        yield param.get("name", ""), text.strip()


def _units(parent: "Element") -> Iterator[tuple[str, str]]:
    for param in reversed(parent.findall("Param")[:_MAX_PARAMS]):
        yield param.get("name", ""), param.get("unit", "")


def _text(parent: "Element | None", path: str) -> str:
    found = None if parent is None else parent.find(path)
    return (found.text or "").strip() if found is not None else ""


def _name(element: "Element") -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]
