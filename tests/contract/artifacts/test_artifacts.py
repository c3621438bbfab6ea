"""What every store of artifacts promises."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.kept_artifacts import KeptArtifacts
from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArtifactMissing
from llama.ports.artifacts import Artifacts
from llama.runtime.recent import RecentArtifacts

ABSENT = digest_bytes(b"never put")


STORES: Mapping[str, Callable[[Path], Artifacts]] = {
    "memory": lambda _: MemoryArtifacts(),
    "files": DiskArtifacts,
    "table and files": KeptArtifacts,
    "recent": lambda root: RecentArtifacts(KeptArtifacts(root), most_bytes=2**20),
    "recent, but nothing stays at hand": lambda root: RecentArtifacts(
        KeptArtifacts(root), most_bytes=0
    ),
}


@pytest.fixture(params=STORES)
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artifacts:
    return STORES[request.param](tmp_path / "store")


@pytest.mark.parametrize("content", [b"", b"map", bytes(3_000_000)], ids=["empty", "small", "big"])
async def test_gives_back_what_was_put(artifacts: Artifacts, content: bytes) -> None:
    digest = await artifacts.put(content)

    assert digest == digest_bytes(content)
    assert await artifacts.get(digest) == content
    assert await artifacts.has(digest)


async def test_putting_twice_keeps_one(artifacts: Artifacts) -> None:
    await artifacts.put(b"map")
    await artifacts.put(b"map")

    assert [name async for name in artifacts.names()] == [digest_bytes(b"map")]


async def test_keeps_several_at_once_whatever_their_sizes(artifacts: Artifacts) -> None:
    contents = [b"map", b"", bytes(100_000), b"map", b"plot"]
    await artifacts.put_all(contents)
    await artifacts.put_all([])

    assert [await artifacts.get(digest_bytes(one)) for one in contents] == contents


async def test_goes_through_all_names(artifacts: Artifacts) -> None:
    put = {await artifacts.put(str(number).encode()) for number in range(50)}

    assert {name async for name in artifacts.names()} == put


async def test_says_what_is_missing_and_what_to_do(artifacts: Artifacts, tmp_path: Path) -> None:
    assert not await artifacts.has(ABSENT)
    with pytest.raises(ArtifactMissing, match=rf"{ABSENT}.*: (restore|put) it"):
        await artifacts.get(ABSENT)
    with pytest.raises(ArtifactMissing, match=ABSENT):
        await artifacts.place(ABSENT, tmp_path / "target")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_refuses_names_that_are_no_digests(
    artifacts: Artifacts, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        await artifacts.get(name)
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        await artifacts.has(name)
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        await artifacts.place(name, tmp_path / "target")


async def test_places_a_read_only_file(artifacts: Artifacts, tmp_path: Path) -> None:
    digest = await artifacts.put(b"map")

    await artifacts.place(digest, tmp_path / "target")

    assert (tmp_path / "target").read_bytes() == b"map"
    assert (tmp_path / "target").stat().st_mode & 0o777 == 0o444


async def test_never_places_over_another_file(artifacts: Artifacts, tmp_path: Path) -> None:
    digest = await artifacts.put(b"map")
    (tmp_path / "target").write_bytes(b"precious")

    with pytest.raises(FileExistsError):
        await artifacts.place(digest, tmp_path / "target")

    assert (tmp_path / "target").read_bytes() == b"precious"


async def test_removing_a_placed_file_leaves_the_artifact(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    digest = await artifacts.put(b"map")
    await artifacts.place(digest, tmp_path / "target")

    (tmp_path / "target").unlink()

    assert await artifacts.get(digest) == b"map"
