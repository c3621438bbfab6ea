"""A server that asks who we are: Apache Kafka with PLAIN and SCRAM."""

import logging
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.sources.opening import opening_of
from llama.domain.errors import Unavailable
from llama.domain.sources.urls import read_source
from tests.contract.sources.bench import a_topic, taken, values
from tests.support.kafka import apache_kafka, free_ports

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
PASSWORD = "swordfish"
_PROTOCOLS = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT"
_LOGIN = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True)
class Doors:
    """The addresses of a server: one for everybody, one for those with a password."""

    open: str
    guarded: str


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Generator[Doors]:
    [port] = free_ports(1)
    users = [f"{one}=[name=me,password={PASSWORD}]" for one in MECHANISMS[1:]]
    formatting = [word for user in users for word in ("--add-scram", user)]

    def adjusted(text: str) -> str:
        door = f",SASL_PLAINTEXT://127.0.0.1:{port}"
        text = text.replace(",CONTROLLER://", f"{door},CONTROLLER://")
        first, _, rest = text.partition("advertised.listeners=")
        address, _, rest = rest.partition("\n")
        return f"{first}advertised.listeners={address}{door}\n{rest}\n{_guard()}"

    folder = tmp_path_factory.mktemp("guarded")
    with apache_kafka(folder, adjusted=adjusted, formatting=formatting) as address:
        yield Doors(address, f"127.0.0.1:{port}")


def _guard() -> str:
    plain = f'{_LOGIN}.plain.PlainLoginModule required user_me="{PASSWORD}";'
    scram = f"{_LOGIN}.scram.ScramLoginModule required;"
    of_the_door = "listener.name.sasl_plaintext."
    logins = {"plain": plain, "scram-sha-256": scram, "scram-sha-512": scram}
    lines = [f"{of_the_door}{name}.sasl.jaas.config={login}" for name, login in logins.items()]
    lines.append(f"sasl.enabled.mechanisms={','.join(MECHANISMS)}")
    return "\n".join([*lines, f"listener.security.protocol.map={_PROTOCOLS}", ""])


def a_url(doors: Doors, topic: str, mechanism: str, password_file: Path) -> str:
    how = f"security=sasl_plaintext&mechanism={mechanism}&password_file={password_file}"
    return f"kafka://me@{doors.guarded}/{topic}?{how}"


def a_file(folder: Path, password: str) -> Path:
    path = folder / "password"
    path.write_text(password)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_whoever_has_the_password_reads(doors: Doors, tmp_path: Path, mechanism: str) -> None:
    topic = await a_topic(doors.open)
    async with KafkaLog(doors.open, client_id="observatory") as log:
        await log.append_raw(topic, b"an alert", headers={})
    url = a_url(doors, topic.name, mechanism, a_file(tmp_path, PASSWORD))

    async with opening_of(read_source(url))({}) as feed:
        arrivals = await taken(feed, 1)

    assert values(arrivals) == [b"an alert"]


@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_a_wrong_password_is_told_and_never_shown(
    doors: Doors, tmp_path: Path, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = a_url(doors, "topic", mechanism, a_file(tmp_path, f"not-{PASSWORD}"))

    with pytest.raises(Unavailable, match=doors.guarded) as refused:
        async with opening_of(read_source(url))({}):
            pass

    assert PASSWORD not in f"{refused.value}{refused.value.__cause__!r}{caplog.text}"
