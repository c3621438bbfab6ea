"""The examples of docs/subscribing.md, as they stand there, read what is announced."""

import asyncio
import os
import re
import shlex
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from confluent_kafka import Consumer

from llama.adapters.kafka.log import KafkaLog
from schemas.examples_of_announcements import FILE_BECAME_OBSOLETE, FILE_MADE, FILE_REMOVED
from schemas.topics import PUBLIC_FILES_TOPIC

CONSOLE = re.compile(r"^```console\n\$ (.*?)\n```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SERVER = "localhost:9092"
WITHIN_S = 120.0
"""A client of librdkafka joins its group for some seconds; the machine may do other things."""
ANNOUNCED = (FILE_MADE, FILE_BECAME_OBSOLETE, FILE_REMOVED)
MOCK = FILE_MADE.model_copy(update={"event": "MS230425k", "id": "of-a-mock-event"})


@pytest.fixture
async def server(public_server: str) -> str:
    """Give a server on which some things were announced; what was before is announced again."""
    async with KafkaLog(public_server, client_id="tests") as log:
        await log.append(PUBLIC_FILES_TOPIC, [MOCK, *ANNOUNCED])
    await asyncio.to_thread(join_a_group, public_server)
    return public_server


def join_a_group(server: str) -> None:
    """Read something in a group: a new server is ready for groups only after the first one came.

    hop ends where others wait.
    """
    consumer = Consumer(
        {"bootstrap.servers": server, "group.id": "first", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([PUBLIC_FILES_TOPIC.name])
    try:
        assert consumer.poll(WITHIN_S) is not None
    finally:
        consumer.close()


@pytest.fixture
def page(repository_root: Path) -> str:
    return (repository_root / "docs" / "subscribing.md").read_text()


def command_of(page: str, client: str, *, server: str) -> Sequence[str]:
    """Return an example of the page as a command; the test is skipped if its program is absent."""
    page = page.replace(SERVER, server)
    for block in PYTHON.findall(page):
        if f"from {client} import" in block:
            return sys.executable, "-c", block
    [command] = [shlex.split(line) for line in CONSOLE.findall(page) if line.startswith(client)]
    program = shutil.which(client, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        pytest.skip(f"{client} is not installed: its example was not tried")
    return program, *command[1:]


async def printed_by(command: Sequence[str], *, until: Sequence[str], home: Path) -> str:
    """Return what a command printed by the time that it had printed all these words."""
    environment: Mapping[str, str] = {**os.environ, "HOME": str(home), "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, env=environment, cwd=home
    )
    printed = ""
    try:
        async with asyncio.timeout(WITHIN_S):
            while not all(word in printed for word in until) and process.stdout:
                line = await process.stdout.readline()
                assert line, f"it ended, and had printed {printed!r}"
                printed += line.decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return printed


@pytest.mark.parametrize("client", ["hop", "gcn_kafka", "aiokafka", "kcat"])
async def test_a_client_reads_what_was_announced(
    client: str, server: str, page: str, tmp_path: Path
) -> None:
    command = command_of(page, client, server=server)
    kinds = [one.kind for one in ANNOUNCED]

    printed = await printed_by(command, until=kinds, home=tmp_path)

    assert printed.index(kinds[0]) < printed.index(kinds[1]) < printed.index(kinds[2])
    assert FILE_MADE.file in printed
    # hop leaves out what is marked as a test, unless it is asked for.
    assert (MOCK.event in printed) is (client != "hop")
