"""A webhook as the world: what is to be told is POSTed as JSON to an address that is a secret.

Nothing here logs, raises or keeps that address, or what the receiver says beside its status.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from llama.adapters.outlets.posting import HungUp, Target, opened, posted, target_of
from llama.adapters.secret_files import read_secret
from llama.domain.errors import LlamaError, Misconfigured, Unavailable
from llama.domain.outlet import Sender, Sent, in_doubt

SETTING = "LLAMA_WEBHOOK_FILE"
CONNECT_WITHIN_S = 10.0
"""People who are called wait for it, and so does all that is published after it."""
ANSWER_WITHIN_S = 20.0
"""For a receiver that passes it on before it answers."""
CONFLICT = 409
"""What a receiver answers that is still at work on the same, or has it."""
_NOT_TAKEN = frozenset({307, 308, *range(400, 500)} - {CONFLICT})
"""The receiver says that it has not acted on it. Of other redirections that is not known."""


@dataclass(frozen=True, slots=True)
class WebhookCarrier:
    """Posts to the address in a file, which is read anew each time: it may be changed there."""

    file: str
    connect_within_s: float = CONNECT_WITHIN_S
    answer_within_s: float = ANSWER_WITHIN_S
    is_dry_run: bool = False

    async def ready(self, topic: str) -> None:  # noqa: ARG002 - all topics go to one address
        """Return if the file has an address; Misconfigured if it has none."""
        self.checked()

    def checked(self) -> Target:
        """Return the address; Misconfigured if the file has none, or others may read it."""
        return target_of(read_secret(self.file, SETTING), SETTING)

    async def carry(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        """Post an entry's content; return the status of the answer, if that is 2xx.

        Unavailable or Misconfigured if surely nobody acts on it; InDoubt if somebody may.
        """
        target = self.checked()
        try:
            async with asyncio.timeout(self.connect_within_s):
                connection = await opened(target)
        except (OSError, TimeoutError, ValueError) as error:  # also a name or a certificate
            raise Unavailable(_said(f"cannot be reached: {type(error).__name__}")) from None
        try:
            async with asyncio.timeout(self.answer_within_s):
                status = await posted(connection, target, _headers(sender, entry), entry.content)
        except (OSError, TimeoutError, ValueError) as error:  # all of it may be there
            raise in_doubt(sender, entry, self._heard(error)) from None
        return _judged(status, sender, entry)

    def _heard(self, error: Exception) -> str:
        """Say how the receiver failed to answer; what it wrote instead may hold its address."""
        match error:
            case TimeoutError():
                return f"the receiver was silent for {self.answer_within_s:g} s"
            case HungUp() | OSError():
                return "the receiver closed the connection without an answer"
            case _:
                return "the receiver answered something that is no HTTP"


def idempotency_key(sender: Sender, entry: Sent) -> str:
    """Return what names a sending for the receiver: equal for all tries of one entry."""
    return f"{sender.event}.{sender.handler}.{entry.number}.{entry.key}"


def _headers(sender: Sender, entry: Sent) -> Mapping[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": idempotency_key(sender, entry)}


def _judged(status: int, sender: Sender, entry: Sent) -> Mapping[str, object]:
    if 200 <= status < 300:
        key = idempotency_key(sender, entry)
        return {"outlet": "webhook", "status": status, "idempotency_key": key}
    if status in _NOT_TAKEN:
        raise _refused(status)
    raise in_doubt(sender, entry, f"the receiver answered {status}")


def _refused(status: int) -> LlamaError:
    if status in {408, 425, 429}:
        return Unavailable(_said(f"answers {status}: it takes nothing just now"))
    return Misconfigured(_said(f"answers {status}: correct its address, or ask who runs it"))


def _said(what: str) -> str:
    return f"the webhook of {SETTING} {what}"
