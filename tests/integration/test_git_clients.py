"""Real git clients against a real gateway: what they get, and what they do not get."""

import asyncio
import gzip
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import psutil
import pytest

from llama.domain.shards import shard_of
from services.gateway.repositories import MAX_REQUEST_BYTES
from tests.support.gateway_server import Served, a_gateway
from tests.support.revisions import a_history, a_long_history

UPLOAD = "git-upload-pack"
TWIN = next(name for n in range(2, 99) if shard_of(name := f"S{n}") == shard_of("S1"))
"""An event in the same repository as S1."""
REQUEST = {"Content-Type": f"application/x-{UPLOAD}-request"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with a_gateway(tmp_path / "history") as served:
        await served.history.commit([*a_long_history("S1", 5), *a_long_history(TWIN, 3)])
        yield served


def packet(line: str) -> bytes:
    return f"{len(line) + 4:04x}{line}".encode()


def fetch(*lines: str) -> bytes:
    return packet("command=fetch") + b"0001" + b"".join(map(packet, lines)) + b"0000"


async def post(served: Served, body: bytes, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        url = f"{served.url('S1')}/{UPLOAD}"
        return await client.post(url, content=body, headers=REQUEST | headers)


async def wants(served: Served, *lines: str, version: int = 2) -> httpx.Response:
    body = fetch(*lines, "done")
    if version == 0:
        body = b"".join(map(packet, lines)) + b"0000" + packet("done")
    return await post(served, body, **{"Git-Protocol": f"version={version}"})


async def cloned(served: Served, target: Path, *options: str) -> Path:
    await served.git(*options, "clone", "-q", served.url("S1"), target)
    return target


@pytest.mark.parametrize("version", [0, 1, 2])
async def test_a_clone_has_the_history_and_the_files(
    served: Served, tmp_path: Path, version: int
) -> None:
    clone = await cloned(served, tmp_path / "clone", "-c", f"protocol.version={version}")

    _, log = await served.git("-C", clone, "log", "--format=%H")
    _, complaints = await served.git("-C", clone, "fsck", "--strict", "--full")
    revisions = a_long_history("S1", 5)
    assert log.split() == [revision.commit for revision in reversed(revisions)]
    assert complaints.strip() == ""
    assert (clone / "file1.json").read_bytes() == revisions[4].changed["file1.json"]


async def test_a_clone_has_nothing_of_another_event(served: Served, tmp_path: Path) -> None:
    clone = await cloned(served, tmp_path / "clone")
    theirs = a_long_history(TWIN, 3)

    _, refs = await served.git("-C", clone, "for-each-ref", "--format=%(refname)")
    _, objects = await served.git("-C", clone, "rev-list", "--all", "--objects")

    assert TWIN not in refs
    assert not [one.commit for one in theirs if one.commit in objects]


@pytest.mark.parametrize("version", [0, 2])
async def test_a_fetch_brings_what_came_after_the_clone(
    served: Served, tmp_path: Path, version: int
) -> None:
    option = f"protocol.version={version}"
    clone = await cloned(served, tmp_path / "clone", "-c", option)
    await served.history.commit(a_long_history("S1", 8)[5:])

    await served.git("-c", option, "-C", clone, "pull", "-q")

    _, head = await served.git("-C", clone, "rev-parse", "HEAD")
    assert head.strip() == a_long_history("S1", 8)[-1].commit


async def test_a_client_with_commits_of_its_own_can_fetch(served: Served, tmp_path: Path) -> None:
    clone = await cloned(served, tmp_path / "clone")
    identity = ("-c", "user.name=x", "-c", "user.email=x@x")
    for number in range(100):
        commit = ("commit", "-q", "--allow-empty", "-m", f"mine {number}")
        await served.git("-C", clone, *identity, *commit)
    await served.history.commit(a_long_history("S1", 8)[5:])

    await served.git("-C", clone, "fetch", "-q")

    _, head = await served.git("-C", clone, "rev-parse", "origin/main")
    assert head.strip() == a_long_history("S1", 8)[-1].commit


async def test_a_shallow_clone_can_be_deepened(served: Served, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    await served.git("clone", "-q", "--depth", "1", served.url("S1"), clone)

    await served.git("-C", clone, "fetch", "-q", "--unshallow")

    _, log = await served.git("-C", clone, "log", "--format=%H")
    assert len(log.split()) == 5


async def test_nothing_can_be_pushed(served: Served, tmp_path: Path) -> None:
    clone = await cloned(served, tmp_path / "clone")
    head = await served.history.head("S1")
    await served.git("-C", clone, "checkout", "-q", "HEAD~1")

    status, said = await served.git("-C", clone, "push", "-f", "origin", "HEAD:main", check=False)
    async with httpx.AsyncClient() as client:
        posted = await client.post(f"{served.url('S1')}/git-receive-pack", content=b"0000")

    assert status != 0
    assert "403" in said
    assert (posted.status_code, posted.json()["error"]) == (403, "read_only")
    assert await served.history.head("S1") == head


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("S9.git/info/refs?service=git-upload-pack", 404),
        ("S1.git/info/refs", 403),
        ("S1.git/info/refs?service=git-receive-pack", 403),
        ("S1.git/info/refs?service=git-upload-archive", 403),
        ("S1.git/HEAD", 404),
        ("S1.git/objects/info/packs", 404),
        ("..%2f.git/info/refs?service=git-upload-pack", 404),
        ("%2e%2e.git/info/refs?service=git-upload-pack", 400),
        ("-S1.git/info/refs?service=git-upload-pack", 400),
        ("S1%0a.git/info/refs?service=git-upload-pack", 400),
        (f"S1%20{TWIN}.git/info/refs?service=git-upload-pack", 400),
        ("S1.git/git-upload-pack", 405),
        (".git/info/refs?service=git-upload-pack", 404),
    ],
)
async def test_odd_addresses_are_refused(served: Served, path: str, status: int) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{served.address}/{path}")

    assert answer.status_code == status
    assert answer.json()["hint"]


@pytest.mark.parametrize("version", [0, 2])
async def test_the_objects_of_another_event_are_not_given(served: Served, version: int) -> None:
    theirs = await served.history.head(TWIN)
    blob = (await served.history.files(TWIN, commit=theirs or ""))["file0.json"]

    for name in (theirs, blob):
        answer = await wants(served, f"want {name}", version=version)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_given")


async def test_whether_another_event_has_an_object_is_not_told(served: Served) -> None:
    ours, theirs = await served.history.head("S1"), await served.history.head(TWIN)
    negotiation = fetch(f"want {ours}", f"have {theirs}", f"have {'0' * 39}1")

    answer = await post(served, negotiation, **{"Git-Protocol": "version=2"})
    known = await post(
        served, fetch(f"want {ours}", f"have {ours}"), **{"Git-Protocol": "version=2"}
    )

    assert b"ACK" not in answer.content
    assert b"ACK " in known.content


@pytest.mark.parametrize(
    "line",
    ["filter blob:none", "want-ref refs/heads/main", "deepen-not refs/heads/x", "packfile-uris x"],
)
async def test_what_would_lead_round_the_check_is_not_served(served: Served, line: str) -> None:
    answer = await wants(served, f"want {await served.history.head('S1')}", line)

    assert (answer.status_code, answer.json()["error"]) == (403, "not_given")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"nonsense", 403),
        (b"0020want", 403),
        (b"0003", 403),
        (packet("command=object-info") + b"0000", 403),
        (b"x" * (MAX_REQUEST_BYTES + 1), 413),
    ],
    ids=["nothing", "nonsense", "half", "bad mark", "another command", "too large"],
)
async def test_odd_requests_are_refused(served: Served, body: bytes, status: int) -> None:
    answer = await post(served, body, **{"Git-Protocol": "version=2"})

    assert answer.status_code == status


async def test_packed_requests_are_unpacked_within_bounds(served: Served) -> None:
    head = await served.history.head("S1")
    headers = {"Git-Protocol": "version=2", "Content-Encoding": "gzip"}
    request = gzip.compress(fetch(f"want {head}", "done"))
    bomb = gzip.compress(b"0" * 100 * MAX_REQUEST_BYTES)

    statuses = [
        (await post(served, body, **headers)).status_code
        for body in (request, request[:-9], b"no gzip", bomb)
    ]

    assert statuses == [200, 400, 400, 413]
    assert (await post(served, request, **{"Content-Encoding": "br"})).status_code == 415


async def test_only_so_many_are_served_at_once(tmp_path: Path) -> None:
    async with a_gateway(tmp_path / "history", at_once=1, patience_s=1.0) as served:
        (revision,) = a_history("S1", {"map.fits": random.Random(1).randbytes(20_000_000)})
        await served.history.commit([revision])
        request = fetch(f"want {revision.commit}", "done")
        async with httpx.AsyncClient() as client:
            url, headers = f"{served.url('S1')}/{UPLOAD}", {**REQUEST, "Git-Protocol": "version=2"}
            async with client.stream("POST", url, content=request, headers=headers) as first:
                assert first.status_code == 200
                second = await client.post(url, content=request, headers=headers)

    assert second.status_code == 503


async def test_git_ends_when_its_client_goes_away(tmp_path: Path) -> None:
    async with a_gateway(tmp_path / "history", at_once=1) as served:
        (revision,) = a_history("S1", {"map.fits": random.Random(1).randbytes(20_000_000)})
        await served.history.commit([revision])
        clone = await asyncio.create_subprocess_exec(
            "git", "clone", "-q", served.url("S1"), str(tmp_path / "clone"), start_new_session=True
        )
        await _until(lambda: bool(_serving()))
        os.killpg(clone.pid, signal.SIGKILL)
        await clone.wait()

        await _until(lambda: not _serving())
        assert await cloned(served, tmp_path / "again")


def _serving() -> list[int]:
    """Return the processes that serve clients of this process."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if "upload-pack" in _command(child)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.005)
