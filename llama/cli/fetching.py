"""Turns what `llama ingest` is given into files: a superevent of GraceDB is fetched first."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from llama.cli.output import fail, progress
from llama.domain.errors import LlamaError, Misconfigured
from llama.domain.sources.kinds import GracedbSource
from llama.domain.sources.urls import read_source

SCHEME = "gracedb://"


@contextmanager
def as_files(named: Sequence[str]) -> Generator[list[Path]]:
    """Give the files that were named; those that had to be fetched are gone after the block."""
    with TemporaryDirectory(prefix="llama-") as folder:
        yield [
            _fetched(one, Path(folder)) if one.startswith(SCHEME) else Path(one) for one in named
        ]


def _fetched(url: str, folder: Path) -> Path:
    from llama.adapters.sources.gracedb import fetch_notice

    try:
        source = read_source(url, url)
        if not isinstance(source, GracedbSource):
            raise Misconfigured(f"{url} is no superevent: write gracedb://S190814bv")
        progress(f"asking {source.server} for {source.superevent}")
        notice = fetch_notice(source)
    except LlamaError as error:
        fail(str(error), code=2 if isinstance(error, Misconfigured) else 1)
    path = folder / f"{source.superevent}.json"
    path.write_bytes(notice)
    return path
