"""What a joint search found and told, in lines: read from the files of an event."""

from collections.abc import Iterator, Mapping
from pathlib import Path

RECEIPT_FILE = "lvk_nu_track_search_receipt.json"


def found_in(folder: Path) -> tuple[str, ...]:
    """Return the verdict and what was published of it; nothing where there was no such search."""
    from llama.handlers.results.result import READ, result_from
    from llama.handlers.results.verdict import verdict_of

    files = {name: (folder / name).read_bytes() for name in READ if (folder / name).is_file()}
    if READ - files.keys():
        return ()
    verdict = verdict_of(result_from(files))
    said = f"{verdict.headline[:1].lower()}{verdict.headline[1:]}"
    return (f"joint search: {said}. {verdict.sentence}", *_published(folder / RECEIPT_FILE))


def _published(receipt: Path) -> Iterator[str]:
    from llama.handlers.sky.fields import mapping, parsed

    if not receipt.is_file():
        return
    answer = mapping(parsed(receipt.read_bytes(), name=RECEIPT_FILE).get("answer"))
    notices = answer.get("notices")
    sent = [mapping(one) for one in notices] if isinstance(notices, list) else []
    for one in sent:
        yield f"published: {_place(mapping(one.get('answer')))}"
    if not sent:
        yield f"published: nothing, because {answer.get('because')}"


def _place(answer: Mapping[str, object]) -> str:
    if answer.get("outlet") == "kafka":
        return f"topic {answer.get('topic')}, offset {answer.get('offset')}"
    return f"outbox/{answer.get('file')}"
