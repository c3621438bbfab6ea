"""The operators' acts: each is a fact on the log, with who ordered it and why."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.carrying import InFacts, Ordered, Way, carry_out, word_of
from llama.cli.events import EventName, status_in
from llama.cli.flag_words import changes_in, flags_in
from llama.cli.ordering import ActOptions, require_reason, with_act_options
from llama.cli.output import fail, print_json, print_table
from llama.cli.session import Session, in_session
from llama.client.acting.acts import Acts, Rule
from llama.client.acting.effects import unfailed
from llama.client.acting.naming import handlers_named
from llama.client.acting.orders import Order, Switch, named
from llama.client.acting.placing import MAX_PUT_BYTES, slot_of
from llama.client.acting.plans import to_retry
from llama.domain.errors import ActRefused
from llama.runtime.pipelines import load_pipeline
from schemas.flags import FlagName

Files = Annotated[list[str], typer.Argument(help="Files or handlers: skymap.fits or Skymap.")]
PerhapsFiles = Annotated[
    list[str] | None, typer.Argument(help="Files or handlers; the whole event if left out.")
]


@with_act_options()
def veto(options: ActOptions, event: EventName, files: PerhapsFiles = None) -> None:
    """Forbid the making of some files, or all work on the event."""
    _veto(options, event, files or [], "veto")


@with_act_options()
def unveto(options: ActOptions, event: EventName, files: PerhapsFiles = None) -> None:
    """Allow again what a veto forbade."""
    _veto(options, event, files or [], "unveto")


@with_act_options()
def freeze(options: ActOptions, event: EventName, files: Files) -> None:
    """Keep files as they are, whatever changes."""
    _act(options, event, "freeze", _switched(options, "freeze", files))


@with_act_options()
def unfreeze(options: ActOptions, event: EventName, files: Files) -> None:
    """Let frozen files follow their inputs again."""
    _act(options, event, "unfreeze", _switched(options, "unfreeze", files))


@with_act_options()
def cancel(options: ActOptions, event: EventName, files: Files) -> None:
    """Stop the run that a file needs now: it has failed then, until its inputs change."""
    _act(options, event, "cancel", _switched(options, "cancel", files))


@with_act_options()
def delete(options: ActOptions, event: EventName, files: Files) -> None:
    """Delete files: they are missing until they are made again, at once if nothing forbids it."""
    _act(options, event, "delete", _switched(options, "delete", files))


@with_act_options()
def retry(
    options: ActOptions,
    event: EventName,
    files: Annotated[
        list[str] | None, typer.Argument(help="Files or handlers; all that failed if left out.")
    ] = None,
) -> None:
    """Run again now what has failed or is cooling down."""
    facts = _switched(options, "retry", files) if files else _retried(options)
    _act(options, event, "retry", facts, rule=unfailed)


@with_act_options()
def put(
    options: ActOptions,
    event: EventName,
    file: Annotated[str, typer.Argument(help="The file or its handler.")],
    path: Annotated[Path, typer.Argument(help="Where its content is; - is standard input.")],
) -> None:
    """Put a content of your own in a file's place; it counts as made from today's inputs."""
    content = _content_of(path)
    in_session(lambda session: _put(session, options, event, file, content))


@with_act_options(needs_reason=False)
def flags(
    options: ActOptions,
    event: EventName,
    changes: Annotated[
        list[str] | None,
        typer.Argument(help="UPLOAD=true ROLE=test ...; UPLOAD, or nothing: print the value."),
    ] = None,
    preset: Annotated[str, typer.Option(help="Set all flags but VETOED to a preset.")] = "",
) -> None:
    """Print the flags of an event, or change some (with --reason): the others stay as they are."""
    words = changes or []
    if not preset and not any("=" in word for word in words):
        asked = flags_in(words)
        in_session(lambda session: _print_flags(session, event, asked, as_json=options.as_json))
        return
    wanted = changes_in(words, preset)
    require_reason(options.reason)

    async def in_facts(acts: Acts, order: Order) -> Ordered:
        del acts
        words = sorted(f"{name}={value}" for name, value in wanted.items())
        order = named(order, "flags", words)
        return order, [order.flags(wanted)]

    _act(options, event, "flags", in_facts)


def _veto(options: ActOptions, event: str, files: Sequence[str], act: Switch) -> None:
    async def whole_event(acts: Acts, order: Order) -> Ordered:
        await acts.begun(event, latest=options.wait)
        order = named(order, act)
        return order, [order.flags({FlagName.VETOED: act == "veto"})]

    _act(options, event, act, _switched(options, act, files) if files else whole_event)


def _switched(options: ActOptions, act: Switch, files: Sequence[str]) -> InFacts:
    """Return how an act on some handlers is put into facts."""

    async def in_facts(acts: Acts, order: Order) -> Ordered:
        state = await acts.begun(order.event, latest=options.wait)
        handlers = [spec.name for spec in handlers_named(state, files)]
        order = named(order, act, handlers)
        return order, [order.switch(act, handler) for handler in handlers]

    return in_facts


def _retried(options: ActOptions) -> InFacts:
    async def in_facts(acts: Acts, order: Order) -> Ordered:
        state = await acts.begun(order.event, latest=options.wait)
        if earlier := await acts.earlier(order):
            return order, earlier
        handlers = [spec.name for spec in to_retry(state)]
        if not handlers:
            raise ActRefused(
                f"nothing of {order.event} has failed: `llama make {order.event} FILE --force` "
                "makes a file again"
            )
        order = named(order, "retry", handlers)
        return order, [order.switch("retry", handler) for handler in handlers]

    return in_facts


def _act(
    options: ActOptions, event: str, act: str, in_facts: InFacts, *, rule: Rule | None = None
) -> None:
    async def act_in(session: Session) -> None:
        order = options.order(event, at=session.clock.now())
        await carry_out(session, options, order, Way(act, in_facts, rule))

    in_session(act_in)


async def _put(
    session: Session, options: ActOptions, event: str, file: str, content: bytes
) -> None:
    async def in_facts(acts: Acts, order: Order) -> Ordered:
        handlers = load_pipeline(session.settings.pipeline)
        slot = slot_of(await acts.state(event, latest=options.wait), file, handlers)
        digest = await session.artifacts.put(content)
        order = named(order, "put", [slot.file, digest])
        return order, [order.put(slot.handler, slot.content(content, digest))]

    await carry_out(
        session, options, options.order(event, at=session.clock.now()), Way("put", in_facts)
    )


def _content_of(path: Path) -> bytes:
    """Read what is to be put; exit code 2 if that cannot be."""
    if str(path) == "-":
        content = sys.stdin.buffer.read(MAX_PUT_BYTES + 1)
    elif path.is_file():
        with path.open("rb") as file:
            content = file.read(MAX_PUT_BYTES + 1)
    else:
        fail(f"{path} is not a file that can be read: name one, or - for standard input", code=2)
    if len(content) > MAX_PUT_BYTES:
        fail(f"{path} has more than {MAX_PUT_BYTES:,} bytes, which a file may have", code=2)
    return content


async def _print_flags(
    session: Session, event: str, flags: Sequence[FlagName], *, as_json: bool
) -> None:
    now = (await status_in(session, event)).flags
    shown = {flag.value: now[flag.value] for flag in flags}
    if as_json:
        print_json(shown)
    else:
        print_table("", ("flag", "value"), [(name, word_of(one)) for name, one in shown.items()])
