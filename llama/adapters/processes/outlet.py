"""The outlet of a handler in a child: its parent sends, who has the ledger and the connections.

The child asks in the middle of its run, over the socket on which its reply will come, and waits.
"""

import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import BinaryIO, NoReturn

import orjson

from llama.adapters.outlets.written import decoded, encoded, read_sent, written
from llama.adapters.processes.protocol import Answer, Reply, answer_from
from llama.domain.errors import LlamaError, Unavailable
from llama.domain.handler import PermanentError
from llama.domain.outlet import InDoubt, Parcel, Sender, Sent
from llama.ports.outlet import Dispatch, Wanted, always

Serve = Callable[[Mapping[str, str]], Awaitable[Answer]]
"""Gives a child what it asks for."""


class ParentOutlet:
    """Asks the parent to send, and for what was sent. Blocks."""

    def __init__(self, parent: socket.socket, answers: BinaryIO) -> None:
        self._parent = parent
        self._answers = answers

    def earlier(self) -> tuple[Sent, ...]:
        """Return what this handler has sent about this event so far, oldest first."""
        return tuple(read_sent(one) for one in orjson.loads(self._ask({"do": "earlier"})))

    def send(self, topic: str, key: str, content: bytes) -> Mapping[str, object]:
        """Send something; see `Outlet.send`."""
        parcel = Parcel(topic, key, content)
        asked = {"topic": parcel.topic, "key": parcel.key, "content": encoded(parcel.content)}
        answer: Mapping[str, object] = orjson.loads(self._ask({"do": "send", **asked}))
        return answer

    def _ask(self, asked: Mapping[str, str]) -> str:
        self._parent.sendall(Reply("asks", asked=dict(asked)).packed())
        line = self._answers.readline()
        if not line:
            raise Unavailable("the worker is gone: the handler is run again")
        answer = answer_from(line)
        if answer.error:
            _raise(answer)
        return answer.said


def _raise(answer: Answer) -> NoReturn:
    match answer.error:
        case "in_doubt":
            raise InDoubt(answer.message)
        case "permanent":
            raise PermanentError(answer.message)
        case _:
            raise Unavailable(answer.message)


def serving(dispatch: Dispatch | None, sender: Sender, wanted: Wanted = always) -> Serve:
    """Return what gives a child of this sender what it asks for; it raises nothing.

    Nothing is sent for a run that is not `wanted` any more.
    """

    async def serve(asked: Mapping[str, str]) -> Answer:
        if dispatch is None:
            return Answer(error="permanent", message="there is no outlet here: give the runner one")
        try:
            return Answer(said=await _told(dispatch, sender, asked, wanted))
        except InDoubt as error:
            return Answer(error="in_doubt", message=str(error))
        except (PermanentError, KeyError, ValueError) as error:
            return Answer(error="permanent", message=str(error))
        except LlamaError as error:
            return Answer(error="unavailable", message=str(error))
        except Exception as error:  # noqa: BLE001 - other runs must not end for it
            return Answer(error="unavailable", message=f"{type(error).__name__}: {error}")

    return serve


async def _told(
    dispatch: Dispatch, sender: Sender, asked: Mapping[str, str], wanted: Wanted
) -> str:
    if asked["do"] == "earlier":
        entries = await dispatch.earlier(sender)
        return orjson.dumps([written(one) for one in entries]).decode()
    parcel = Parcel(asked["topic"], asked["key"], decoded(asked["content"]))
    answer = await dispatch.send(sender, parcel, wanted=wanted)
    return orjson.dumps(dict(answer)).decode()
