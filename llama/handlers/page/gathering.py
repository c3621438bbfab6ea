"""Everything that a summary says, gathered from the files of an event."""

from collections.abc import Mapping
from pathlib import PurePath

from llama.domain.digests import digest_bytes
from llama.domain.notice.fact import ALERT_FILE
from llama.handlers.page.external import trigger_contents
from llama.handlers.page.findings import search_contents
from llama.handlers.page.notice import notice_contents
from llama.handlers.results.result import result_from
from llama.handlers.sky.fields import parsed

INFO_FILE = "skymap_info.json"
EVENT_DATA_FILE = "event_data.json"
TRIGGERS_FILE = "external_triggers.json"
PICTURE = ".png"


def gathered(files: Mapping[str, bytes]) -> tuple[dict[str, object], dict[str, bytes]]:
    """Return the contents of the summary and its pictures, from files by name.

    alert.json and skymap_info.json are needed; of what else is missing the summary says so.
    """
    alert = parsed(files[ALERT_FILE], name=ALERT_FILE)
    info = parsed(files[INFO_FILE], name=INFO_FILE)
    texts = {name: content for name, content in files.items() if not name.endswith(PICTURE)}
    # alert.json is left out: it tells how the notice's map was compressed, which means nothing.
    digests = {name: str(digest_bytes(texts[name])) for name in texts if name != ALERT_FILE}
    notice = notice_contents(alert, info, _optional(files, EVENT_DATA_FILE))
    triggers = trigger_contents(_optional(files, TRIGGERS_FILE))
    contents = {**notice, **triggers, **search_contents(result_from(files), digests)}
    pictures = {PurePath(name).stem: files[name] for name in files if name.endswith(PICTURE)}
    return cleaned(contents), pictures


def cleaned(contents: Mapping[str, object]) -> dict[str, object]:
    """Return contents without characters that steer: nothing turns the text beside it around."""
    return {_printable(key): _clean(value) for key, value in contents.items()}


def _clean(value: object) -> object:
    match value:
        case str():
            return _printable(value)
        case dict():
            return {_printable(str(key)): _clean(one) for key, one in value.items()}
        case list() | tuple():
            return [_clean(one) for one in value]
        case _:
            return value


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _optional(files: Mapping[str, bytes], name: str) -> Mapping[str, object]:
    return parsed(files[name], name=name) if name in files else {}
