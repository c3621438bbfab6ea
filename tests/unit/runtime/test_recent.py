"""What is held is at hand until all have let it go, though the store has nothing of it."""

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.domain.digests import digest_bytes
from llama.runtime.recent import RecentArtifacts

MAP = digest_bytes(b"map")


async def test_what_two_hold_is_there_until_both_have_let_it_go() -> None:
    artifacts = RecentArtifacts(MemoryArtifacts(), most_bytes=0)
    there: list[bool] = []

    for act in (artifacts.hold, artifacts.hold, artifacts.let_go, artifacts.let_go):
        act(b"map")
        there.append(await artifacts.has(MAP))

    assert there == [True, True, True, False]
