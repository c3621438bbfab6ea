"""A webhook as the world: what it answers decides whether something was sent, or may have been."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llama.adapters.outlets.webhook import WebhookCarrier
from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.outlet import InDoubt, Sender, Sent
from tests.support.webhook_server import (
    PATH,
    SECRET,
    Answer,
    Receiver,
    receiving,
    saying,
    url_file,
    with_status,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER = Sender("S230914ak", "RaiseAlarm")
CONTENT = b'{"p_value":0.0042}'
ENTRY = Sent("raised-1", "alarm", 1, digest_bytes(CONTENT), CONTENT, NOON, state="in_doubt")


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with receiving(with_status(200)) as receiver:
        yield receiver


@pytest.fixture
def webhook(receiver: Receiver, tmp_path: Path) -> WebhookCarrier:
    return WebhookCarrier(url_file(tmp_path, receiver.address))


@pytest.fixture
def impatient(receiver: Receiver, tmp_path: Path) -> WebhookCarrier:
    return WebhookCarrier(url_file(tmp_path, receiver.address), answer_within_s=0.2)


async def test_a_content_is_posted_as_it_is(webhook: WebhookCarrier, receiver: Receiver) -> None:
    await webhook.ready("alarm")
    answer = await webhook.carry(SENDER, ENTRY)

    assert receiver.heads[0][0] == f"POST {PATH} HTTP/1.1"
    assert receiver.bodies == [CONTENT]
    assert receiver.headers["Content-Type"] == "application/json"
    assert receiver.headers["Host"] == receiver.address
    assert receiver.headers["Idempotency-Key"] == "S230914ak.RaiseAlarm.1.raised-1"
    assert answer == {
        "outlet": "webhook",
        "status": 200,
        "idempotency_key": "S230914ak.RaiseAlarm.1.raised-1",
    }


async def test_an_entry_that_is_sent_again_has_the_same_idempotency_key(
    webhook: WebhookCarrier, receiver: Receiver
) -> None:
    for _ in range(2):
        await webhook.carry(SENDER, ENTRY)

    keys = [line for head in receiver.heads for line in head if line.startswith("Idempotency-Key")]
    assert len(keys) == 2
    assert len({*keys}) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_what_was_taken_was_sent(
    webhook: WebhookCarrier, receiver: Receiver, status: int
) -> None:
    receiver.answer = with_status(status)

    assert (await webhook.carry(SENDER, ENTRY))["status"] == status


@pytest.mark.parametrize("status", [307, 308, 400, 401, 403, 404, 410, 413, 422])
async def test_what_was_refused_was_not_sent_and_somebody_has_to_mend_it(
    webhook: WebhookCarrier, receiver: Receiver, status: int
) -> None:
    receiver.answer = with_status(status)

    with pytest.raises(Misconfigured, match=f"answers {status}: correct its address"):
        await webhook.carry(SENDER, ENTRY)
    assert len(receiver.heads) == 1


@pytest.mark.parametrize("status", [408, 425, 429])
async def test_what_is_refused_for_now_was_not_sent(
    webhook: WebhookCarrier, receiver: Receiver, status: int
) -> None:
    receiver.answer = with_status(status)

    with pytest.raises(Unavailable, match=f"answers {status}"):
        await webhook.carry(SENDER, ENTRY)


@pytest.mark.parametrize("status", [301, 302, 303, 409, 500, 502, 503, 504])
async def test_what_may_have_been_acted_on_is_in_doubt_and_nobody_is_followed(
    webhook: WebhookCarrier, receiver: Receiver, status: int
) -> None:
    receiver.answer = with_status(status)

    with pytest.raises(InDoubt, match="llama publish confirm S230914ak RaiseAlarm 1") as doubt:
        await webhook.carry(SENDER, ENTRY)
    assert doubt.value.heard == f"the receiver answered {status}"
    assert len(receiver.heads) == 1


async def cut(_writer: asyncio.StreamWriter) -> None:
    """Hang up without a word."""


UNREADABLE: dict[str, Answer] = {
    "nothing": cut,
    "half a status": saying("HTTP/1"),
    "no HTTP": saying("220 mail.example.org ESMTP"),
    "an endless line": saying("HTTP/1.1 200 " + "x" * 100_000),
    "endless headers of an interim answer": saying(
        "HTTP/1.1 103 Early Hints", *(f"Link: {number}" for number in range(10_000))
    ),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_an_answer_that_is_none_leaves_a_doubt(
    webhook: WebhookCarrier, receiver: Receiver, answer: Answer
) -> None:
    receiver.answer = answer

    with pytest.raises(InDoubt, match=r"and the receiver (closed|answered something)") as doubt:
        await webhook.carry(SENDER, ENTRY)
    assert ("closed" in doubt.value.heard) is (answer is cut)


async def test_a_receiver_that_hangs_leaves_a_doubt(
    impatient: WebhookCarrier, receiver: Receiver
) -> None:
    async def hang(_writer: asyncio.StreamWriter) -> None:
        await receiver.released.wait()

    receiver.answer = hang

    with pytest.raises(InDoubt, match=r"and the receiver was silent for 0\.2 s"):
        await impatient.carry(SENDER, ENTRY)


async def test_an_interim_answer_is_followed_by_the_answer(
    webhook: WebhookCarrier, receiver: Receiver
) -> None:
    receiver.answer = saying("HTTP/1.1 103 Early Hints", "Link: </x>", "", "HTTP/1.1 202 Accepted")

    assert (await webhook.carry(SENDER, ENTRY))["status"] == 202


async def test_of_a_huge_answer_the_status_is_enough(
    webhook: WebhookCarrier, receiver: Receiver
) -> None:
    size = 50_000_000
    head = ("HTTP/1.1 200 OK", f"Content-Length: {size}")
    receiver.answer = saying(*head, body=bytes(size))

    assert (await webhook.carry(SENDER, ENTRY))["status"] == 200


async def test_a_receiver_that_is_away_gets_nothing(tmp_path: Path) -> None:
    async with receiving(with_status(200)) as receiver:
        pass
    webhook = WebhookCarrier(url_file(tmp_path, receiver.address))

    with pytest.raises(Unavailable, match="cannot be reached: ConnectionRefusedError"):
        await webhook.carry(SENDER, ENTRY)


async def test_a_receiver_without_a_certificate_gets_nothing(
    receiver: Receiver, tmp_path: Path
) -> None:
    webhook = WebhookCarrier(
        url_file(tmp_path, receiver.address, scheme="https"), connect_within_s=0.5
    )

    with pytest.raises(Unavailable, match="cannot be reached"):
        await webhook.carry(SENDER, ENTRY)
    assert receiver.bodies == []


async def test_a_name_that_nobody_can_have_gets_nothing(tmp_path: Path) -> None:
    webhook = WebhookCarrier(url_file(tmp_path, f"{'a' * 70}.invalid", scheme="https"))

    with pytest.raises(Unavailable, match="cannot be reached"):
        await webhook.carry(SENDER, ENTRY)


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"hooks.example.org/{SECRET}",
        f"http://hooks.example.org/{SECRET}",
        f"ftp://127.0.0.1/{SECRET}",
        f"https:///{SECRET}",
        f"https://me:{SECRET}@hooks.example.org/",
        f"https://hooks.example.org:{SECRET}/",
        f"https://hooks.example.org:0/{SECRET}",
        f"https://hooks.example.org/{SECRET} HTTP/1.1",
        f"https://hooks.example.org/\N{SNOWMAN}{SECRET}",
        f"https://[{SECRET}/",
    ],
)
async def test_what_is_no_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    file = tmp_path / "webhook"
    file.touch(mode=0o600)
    file.write_text(url)

    with pytest.raises(Misconfigured) as refused:
        await WebhookCarrier(str(file)).ready("alarm")

    assert "LLAMA_WEBHOOK_FILE" in str(refused.value)
    assert SECRET not in str(refused.value)


async def test_an_address_that_others_can_read_is_refused(
    webhook: WebhookCarrier, receiver: Receiver
) -> None:
    Path(webhook.file).chmod(0o640)

    for refused in (webhook.ready("alarm"), webhook.carry(SENDER, ENTRY)):
        with pytest.raises(Misconfigured, match="others may read"):
            await refused
    assert receiver.heads == []


@pytest.mark.parametrize("status", [200, 302, 404, 500])
async def test_the_address_is_told_to_nobody(
    webhook: WebhookCarrier,
    receiver: Receiver,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver.answer = with_status(status)
    caplog.set_level(0)

    try:
        told = str(await webhook.carry(SENDER, ENTRY))
    except (InDoubt, Misconfigured) as error:
        told = f"{error!r} {error.__cause__!r}"

    assert SECRET not in told + caplog.text + repr(webhook.checked())
