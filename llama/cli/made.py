"""What became of a wish to have files made, told to whoever had it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from llama.cli.carrying import Report, as_json_of, print_report
from llama.cli.ordering import ActOptions
from llama.cli.output import print_json, print_line, print_table
from llama.client.acting.orders import HandlerAct
from llama.client.acting.plans import Plan, Planned, left_over, planned
from llama.client.acting.remaking import Ran
from llama.domain.in_brief import in_brief


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a wish."""

    report: Report
    plan: Plan
    ran: Sequence[Ran] = ()
    is_late: bool = False
    """Something was still under way when the time was over."""

    @property
    def undone(self) -> Sequence[Planned]:
        """What is not as it was wished."""
        return left_over(self.report.state, self.plan)

    @property
    def left(self) -> Sequence[Planned]:
        """What is not current, beginning with what was wished for."""
        undone = self.undone
        rest = planned(self.report.state, self.plan.targets)
        return [*undone, *(one for one in rest if one not in undone)]

    @property
    def refused(self) -> Sequence[Planned]:
        """What was named and cannot be made as things stand: nothing of it was asked for."""
        asked = {one.fact.handler for one in self.report.done if isinstance(one.fact, HandlerAct)}
        stuck = self.plan.named - asked
        return [one for one in self.undone if one.runs == "no" and one.handler in stuck]


def tell(made: Made, options: ActOptions) -> None:
    """Print what became of a wish."""
    if options.as_json:
        ran, rest = [asdict(one) for one in made.ran], [asdict(one) for one in made.left]
        print_json({**as_json_of(made.report), "ran": ran, "not_current": rest})
        return
    print_report(made.report)
    if options.wait:
        _tell_what_ran(made, options.timeout)
    else:
        _tell_what_was_asked(made)


def _tell_what_was_asked(made: Made) -> None:
    event = made.plan.order.event
    _print_left(made.refused)
    if made.report.done:
        print_line(f"not waited for: `llama status {event}` tells what becomes of it")
    elif not made.refused:
        print_line(f"nothing had to be asked for: `llama status {event}` tells how it stands")


def _tell_what_ran(made: Made, timeout_s: float) -> None:
    if made.ran:
        columns = ("handler", "outcome", "attempt", "seconds", "why")
        print_table("what ran", columns, [_row(one) for one in made.ran])
    else:
        print_line("nothing ran")
    _print_left(made.left)
    if made.is_late:
        print_line(
            f"stopped waiting after {timeout_s:g} s: what is under way goes on, and "
            f"`llama status {made.plan.order.event}` tells what becomes of it"
        )


def _print_left(left: Sequence[Planned]) -> None:
    alike: dict[tuple[str, str], list[str]] = {}
    for one in left:
        alike.setdefault((in_brief(one.why), one.then), []).extend(one.files)
    for (why, then), files in alike.items():
        print_line(f"{' and '.join(files)} {'is' if len(files) == 1 else 'are'} {why}. {then}.")


def _row(ran: Ran) -> tuple[str, ...]:
    return ran.handler, ran.outcome, str(ran.attempt), f"{ran.wall_s:.2f}", ran.why
