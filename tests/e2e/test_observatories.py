"""The stream of 2023-04-25 as observatories would send it, a thousand times as fast."""

from collections.abc import Sequence
from pathlib import Path

from llama.adapters.kafka.topics import ensure_topics
from schemas.topics import ALERTS_TOPIC
from tests.support.avro_notices import as_avro
from tests.support.observatory import Observatory, observatory, play
from tests.support.system import State, System, running, wait_until

SPEED = 1000.0
TIMES = 2
"""Copies of a notice on each broker: it reconnects, and sends again what it is not sure of."""
OF_A_COPY = "notice.raw"
"""The bytes of the copy that came first: they differ between brokers; nothing is made of them."""


async def prepare(*observatories: Observatory) -> str:
    """Make the topic on brokers; return the sources that they are."""
    for one in observatories:
        await ensure_topics(one.address, [ALERTS_TOPIC])
    return " ".join(f"kafka://{one.address}/{ALERTS_TOPIC.name}" for one in observatories)


def settled(system: System, stream: Sequence[Path], *, copies: int) -> dict[str, State]:
    """Return the state when everything that was published is here, and has had all its effects."""
    wait_until(
        lambda: len(system.json("archive", "ls", "-n", "1000")["copies"]) >= copies,
        f"{copies} copies are here",  # or more: what is not acknowledged is copied again
        seconds=240,
        every_s=0.5,
    )
    # A notice that is known changes nothing; `ingest --wait` waits until its event has settled.
    system.ingest(*{path.name.partition("-")[0]: path for path in stream}.values())
    system.run("verify")
    return system.state()


async def test_a_real_producer_at_a_thousand_times_the_speed_gives_the_same_state(
    stream: list[Path], one_by_one: dict[str, State], tmp_path: Path
) -> None:
    with observatory(tmp_path / "gcn") as gcn:
        sources = await prepare(gcn)
        with running(tmp_path / "home", environment={"LLAMA_SOURCES": sources}) as system:
            play(stream, lambda _, raw: gcn.publish(raw), speed=SPEED)

            assert settled(system, stream, copies=len(stream)) == one_by_one


async def test_two_brokers_copies_duplicates_and_restarts_give_the_same_state(
    stream: list[Path], one_by_one: dict[str, State], tmp_path: Path
) -> None:
    restarts = {len(stream) // 3: "gcn", len(stream) // 2: "ours"}
    with observatory(tmp_path / "gcn") as gcn, observatory(tmp_path / "scimma") as scimma:
        sources = await prepare(gcn, scimma)
        with running(tmp_path / "home", environment={"LLAMA_SOURCES": sources}) as system:

            def publish(number: int, raw: bytes) -> None:
                gcn.publish(*[raw] * TIMES)
                scimma.publish(*[as_avro(raw)] * TIMES)
                match restarts.get(number):
                    case "gcn":
                        gcn.restart()
                    case "ours":
                        system.kill("broker")
                    case _:
                        pass

            play(stream, publish, speed=SPEED)
            state = settled(system, stream, copies=2 * TIMES * len(stream))

    assert without_copies(state) == without_copies(one_by_one)


def without_copies(state: dict[str, State]) -> dict[str, State]:
    return {
        event: {
            **one,
            "files": {name: file for name, file in one["files"].items() if name != OF_A_COPY},
        }
        for event, one in state.items()
    }
