"""Acts upon dead letters: bytes are sent in again or put aside, and all of it is told."""

from dataclasses import replace

import pytest

from llama.client.acting.acts import Effect
from llama.client.acting.letters import LetterDone, LetterOrder, Letters
from llama.domain.errors import ActRefused
from llama.domain.letters import ShownLetter
from schemas.envelope import NAME_HEADER, TEST_HEADER
from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed, LetterState
from schemas.topics import ALERTS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINO_ALERTS_TOPIC
from tests.support.facts import EVENT, START
from tests.support.memory_system import MemorySystem
from tests.support.notices import a_notice

FOLLOWERS = ("trigger_ingest", "projection")
ORDER = LetterOrder("", START, by="ada")


def a_system() -> MemorySystem:
    return MemorySystem.of("alert -> skymap")


def letters_of(system: MemorySystem) -> Letters:
    return Letters(system.ingestion(), system.artifacts)


async def refuse(system: MemorySystem, raw: bytes, name: bytes = b"") -> ShownLetter:
    """Send what is refused, and return the letter."""
    await system.send(raw, name=name)
    await system.follow(*FOLLOWERS)
    return (await letters_of(system).open())[-1]


async def redriven(
    system: MemorySystem, letter: ShownLetter, order: LetterOrder = ORDER
) -> ShownLetter:
    """Send a letter's bytes in again, and return how it is shown then."""
    [done] = await letters_of(system).redrive([letter], order, wait=False)
    assert done.effect is Effect.SENT
    await system.follow(*FOLLOWERS)
    return await letters_of(system).named(letter.letter.id)


async def refused_of_old(system: MemorySystem, raw: bytes, **said: object) -> ShownLetter:
    """Let an earlier release have refused what can be read by now."""
    letter = DeadLetter.model_validate(
        {
            "id": f"old-{len(raw)}",
            "occurred_at": START,
            "reason": "unsupported_format",
            "source": Source(topic=ALERTS_TOPIC.name, partition=0, offset=99),
            "raw": await system.artifacts.put(raw),
            "size": len(raw),
            **said,
        }
    )
    await system.records.append(DEAD_LETTERS_TOPIC, [letter])
    await system.follow("projection")
    return await letters_of(system).named(letter.id)


def closings(system: MemorySystem) -> list[DeadLetterClosed]:
    records = system.records.partition(DEAD_LETTERS_TOPIC.name, 0)
    values = [record.value or b"" for record in records]
    return [DeadLetterClosed.model_validate_json(one) for one in values if b"Closed" in one]


async def test_what_is_still_refused_is_open_again_as_another_letter() -> None:
    system = a_system()
    old = await refuse(system, b"no notice", b"a.txt")

    shown = await redriven(system, old)

    [new] = await letters_of(system).open()
    assert (shown.state, new.after, new.letter.name) == (
        *(LetterState.REDRIVEN, old.letter.id, "a.txt"),
    )
    assert shown.became is not None
    assert (shown.became.dead_letter, shown.became.is_repeat) == (new.letter.id, True)


async def test_what_can_be_read_by_now_becomes_what_it_is() -> None:
    system = a_system()
    letter = await refused_of_old(system, a_notice())

    shown = await redriven(system, letter)

    assert shown.became is not None
    assert (shown.became.event, await letters_of(system).open()) == (EVENT, [])
    assert shown.closing is not None
    assert (shown.closing.by, shown.closing.cause) == ("ada", letter.letter.id)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (NEUTRINO_ALERTS_TOPIC.name, NEUTRINO_ALERTS_TOPIC.name),
        ("of.another.deployment", ALERTS_TOPIC.name),
    ],
)
async def test_bytes_go_to_the_topic_that_they_came_from_marked_as_they_were(
    topic: str, expected: str
) -> None:
    system = a_system()
    source = Source(topic=topic, partition=0, offset=3)
    letter = await refused_of_old(system, b"{}", source=source, name="n", is_test=True)

    await letters_of(system).redrive([letter], ORDER, wait=False)

    [record] = system.records.partition(expected, 0)
    assert record.value == b"{}"
    assert dict(record.headers) == {NAME_HEADER: b"n", TEST_HEADER: b"true"}


async def test_a_letter_is_sent_in_again_once() -> None:
    system = a_system()
    letter = await redriven(system, await refuse(system, b"no notice"))

    [done] = await letters_of(system).redrive([letter], replace(ORDER, by="bob"), wait=False)

    assert (done.effect, done.why) == (Effect.NONE, "it was sent in again before")
    assert len(system.records.partition(ALERTS_TOPIC.name, 0)) == 2


@pytest.mark.parametrize("act", ["redrive", "drop"])
async def test_a_request_that_comes_again_changes_nothing(act: str) -> None:
    system = a_system()
    letter, order = await refuse(system, b"no notice"), replace(ORDER, request="r1")

    first = await acted(system, act, letter, order)
    second = await acted(system, act, await letters_of(system).named(letter.letter.id), order)

    assert (first.effect, second.effect) == (Effect.SENT, Effect.KNOWN)
    assert [one.id for one in closings(system)] == [f"request-r1.{letter.letter.id}"]


async def acted(
    system: MemorySystem, act: str, letter: ShownLetter, order: LetterOrder
) -> LetterDone:
    letters = letters_of(system)
    if act == "drop":
        done = await letters.drop(letter, order, wait=False)
    else:
        [done] = await letters.redrive([letter], order, wait=False)
    await system.follow(*FOLLOWERS)
    return done


async def test_a_dropped_letter_is_told_of_and_its_bytes_are_kept() -> None:
    system = a_system()
    letter = await refuse(system, b"no notice")

    await acted(system, "drop", letter, replace(ORDER, reason="a postcard"))

    shown = await letters_of(system).named(letter.letter.id)
    assert (shown.state, await letters_of(system).open()) == (LetterState.DROPPED, [])
    assert shown.closing is not None
    assert (shown.closing.by, shown.closing.reason) == ("ada", "a postcard")
    assert await system.artifacts.get(letter.letter.raw or "") == b"no notice"


async def test_what_was_dropped_by_mistake_can_be_sent_in_again_but_not_dropped_again() -> None:
    system = a_system()
    letter = await refuse(system, b"no notice")
    await acted(system, "drop", letter, ORDER)
    dropped = await letters_of(system).named(letter.letter.id)

    again = await acted(system, "drop", dropped, replace(ORDER, reason="why not"))
    shown = await redriven(system, dropped)

    assert (again.effect, again.why) == (Effect.NONE, "it is dropped already")
    assert shown.state is LetterState.REDRIVEN


async def test_what_cannot_be_sent_does_not_keep_the_rest_back() -> None:
    system = a_system()
    too_large = await system.ingestion().refuse_oversized(name="large.json", size=10**9)
    lost, good = await refuse(system, b"lost"), await refuse(system, b"good")
    del system.artifacts.contents[lost.letter.raw or ""]
    letters = await letters_of(system).open()

    done = await letters_of(system).redrive(letters, ORDER, wait=False)

    told = {one.shown.letter.id: one for one in done}
    assert told[good.letter.id].effect is Effect.SENT
    assert "were not kept" in told[too_large.id].why
    assert "there is no artifact" in told[lost.letter.id].why


async def test_those_of_a_reason_are_found_oldest_first() -> None:
    system = a_system()
    for raw in (b"no notice", b"[]", b"nor this"):
        await refuse(system, raw)

    found = await letters_of(system).open(reason="unsupported_format")

    assert [one.letter.source.offset for one in found if one.letter.source] == [0, 2]


@pytest.mark.parametrize(("name", "words"), [("x", "there is no dead letter x"), ("", "no dead")])
async def test_a_letter_that_is_not_there_is_told_of(name: str, words: str) -> None:
    with pytest.raises(ActRefused, match=words):
        await letters_of(a_system()).named(name)


async def test_a_beginning_that_several_letters_have_is_not_enough() -> None:
    system = a_system()
    for raw in (a_notice(), b"{}"):
        await refused_of_old(system, raw)

    with pytest.raises(ActRefused, match="several dead letters begin with old-"):
        await letters_of(system).named("old-")


async def test_who_waits_sees_what_became_of_it() -> None:
    system = a_system()
    letter = await refused_of_old(system, a_notice())

    async with system.living():
        [done] = await letters_of(system).redrive([letter], ORDER)

    assert done.effect is Effect.APPLIED
    assert done.shown.became is not None
    assert (done.shown.state, done.shown.became.event) == (LetterState.REDRIVEN, EVENT)


async def refuse_copies(system: MemorySystem, raw: bytes, count: int) -> ShownLetter:
    """Let the same bytes be refused several times; return the newest letter."""
    return [await refuse(system, raw) for _ in range(count)][-1]


async def test_copies_of_one_content_are_open_once() -> None:
    system = a_system()
    other = await refuse(system, b"another")
    newest = await refuse_copies(system, b"no notice", 3)

    found = await letters_of(system).open()

    assert [(one.letter.id, one.copies) for one in found] == [
        *((other.letter.id, 1), (newest.letter.id, 3)),
    ]


@pytest.mark.parametrize("act", ["redrive", "drop"])
async def test_an_act_is_upon_all_open_copies_and_one_of_them_is_sent(act: str) -> None:
    system = a_system()
    await refuse_copies(system, b"no notice", 2)
    letter = await letters_of(system).named((await refuse(system, b"no notice")).letter.id)

    await acted(system, act, letter, ORDER)

    sent = system.records.partition(ALERTS_TOPIC.name, 0)
    assert (len(sent), len(closings(system))) == ((4 if act == "redrive" else 3), 3)
    assert [one.after for one in await letters_of(system).open()] == (
        [min(one.letter for one in closings(system))] if act == "redrive" else []
    )


async def test_all_are_sent_again_once_for_each_content() -> None:
    system = a_system()
    for raw in (b"no notice", b"another"):
        await refuse_copies(system, raw, 3)
    letters = letters_of(system)

    done = await letters.redrive(await letters.open(), ORDER, wait=False)

    sent = [one.value for one in system.records.partition(ALERTS_TOPIC.name, 0)][6:]
    assert sent == [b"no notice", b"another"]
    assert (len(done), len(closings(system))) == (2, 6)


async def test_what_was_refused_for_two_reasons_is_sent_again_once() -> None:
    system = a_system()
    await refuse(system, b"no notice")
    await refused_of_old(system, b"no notice", reason="bad_time")
    letters = letters_of(system)

    done = await letters.redrive(await letters.open(), ORDER, wait=False)

    assert (len(done), len(system.records.partition(ALERTS_TOPIC.name, 0))) == (1, 2)
    assert len(closings(system)) == 2
