"""Whether something is to be sent now, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama.domain.outlet import Sent
from llama.handlers.publication.sequence import TOPIC, Step, steps

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is sent now, in this order; nothing, too, has a reason."""

    steps: tuple[Step, ...]
    because: str


def decided(
    earlier: Sequence[Sent],
    notice: Json | None,
    alert: Json,
    flags: Mapping[str, bool | str],
) -> Decision:
    """Return what is to be sent.

    `earlier` is what was sent, `notice` the result's if there is one, `alert` the newest notice of
    the waves; of the flags VETOED and UPLOAD are looked at.
    """
    why = withdrawn(alert, flags)
    silent = "" if why else _silent(notice)
    if silent:
        return Decision((), silent)
    wanted = steps(earlier, None if why else notice)
    sent = tuple(one for one in wanted if one.topic != TOPIC or flags["UPLOAD"] is True)
    return Decision(sent, _because(wanted, sent, why))


def withdrawn(alert: Json, flags: Mapping[str, bool | str]) -> str:
    """Say why what was told of an event does not hold any more; nothing if it may."""
    if flags["VETOED"] is True:
        return "an operator has vetoed the event"
    return "the event was retracted" if alert.get("alert_type") == "RETRACTION" else ""


def _silent(notice: Json | None) -> str:
    """Say why a notice is not to be sent, whatever was sent before; nothing if it is."""
    if notice is None:
        return "there is no result to tell"
    if notice.get("pval_bayesian") is None and notice.get("pval_generic") is None:
        return "the result has no p-value: without one it says nothing"
    return ""


def _because(wanted: Sequence[Step], sent: Sequence[Step], withdrawn: str) -> str:
    held = [one for one in wanted if one not in sent]
    if held:
        stands = ", and what was told there stands" if held[0].number > 1 else ""
        return f"nothing goes to the topic of observations{stands}: its flag UPLOAD is not set"
    if withdrawn:
        done = "what was told is retracted" if sent else "there is nothing to retract"
        return f"{withdrawn}: {done}"
    if not sent:
        return "what was told last still holds"
    return "the result is another than what was told" if sent[-1].number > 1 else "it is the first"
