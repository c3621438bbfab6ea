"""What every report of a run says, whoever writes it."""

from typing import TypedDict

from llama.domain.assessment import Need
from schemas.files import InputDigests


class ResultFields(TypedDict):
    """What a report of a run says about the run."""

    id: str
    event: str
    handler: str
    need: str
    attempt: int
    code: str
    inputs: InputDigests


def result_of(need: Need) -> ResultFields:
    """Return what every report of a needed run says."""
    return {
        "id": f"{need.id}.{need.attempt}",
        "event": need.event,
        "handler": need.handler.name,
        "need": need.id,
        "attempt": need.attempt,
        "code": need.handler.code,
        "inputs": need.inputs,
    }
