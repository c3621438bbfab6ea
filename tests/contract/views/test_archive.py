"""The archive and the dead letters: in memory, on the embedded PostgreSQL, on Debian's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from llama.adapters.postgres import connect
from llama.domain.archive import CopiesWanted, Place
from llama.domain.copies import Copy, copy_of
from llama.domain.digests import digest_bytes
from schemas.archive import ArchivedCopy
from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed, LetterState, RefusalReason
from tests.support.facts import START
from tests.support.neutrino_notices import a_neutrino
from tests.support.postgres import Databases, Persistence
from tests.support.projections import a_log, hashes, project

TOPIC = "igwn.gwalert"


def a_source(offset: int, topic: str = TOPIC) -> Source:
    return Source(topic=topic, partition=0, offset=offset)


def a_copy(number: int, notice: str = "", *, topic: str = TOPIC) -> Copy:
    """Return a copy of a notice about an event, which came in at some second."""
    return Copy(
        source=a_source(number, topic),
        received_at=START + timedelta(seconds=number),
        name=f"{number}.json",
        raw=digest_bytes(f"{notice or number}".encode()),
        size=number,
        is_test=False,
        became="event",
        subject="S1",
        reason="",
        identity=digest_bytes(f"{notice or number}".encode()),
        message=f"m{number}",
        partition=3,
        offset=number,
    )


def a_letter(number: int, reason: RefusalReason = RefusalReason.NOT_JSON) -> DeadLetter:
    return DeadLetter(
        id=f"letter-{number}",
        occurred_at=START + timedelta(seconds=number),
        reason=reason,
        source=a_source(number),
        raw=digest_bytes(b"{"),
        size=1,
    )


def a_closing(
    letter: str, state: str, *, at: int | None = None, name: str = ""
) -> DeadLetterClosed:
    return DeadLetterClosed.model_validate(
        {
            "id": f"request-{name or state}.{letter}",
            "occurred_at": START,
            "letter": letter,
            "state": state,
            "by": "ada",
            "source": None if at is None else a_source(at),
        }
    )


async def show(persistence: Persistence, *copies: Copy) -> None:
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record_copies(copies)


async def tell(persistence: Persistence, *told: DeadLetter | DeadLetterClosed) -> None:
    for one in told:
        async with persistence.ledger.transaction("projection") as transaction:
            if isinstance(one, DeadLetter):
                copy = copy_of(one, 0, int(one.id.partition("-")[2]))
                await transaction.views.record_dead_letters([one])
                await transaction.views.record_copies([copy] if copy else [])
            else:
                await transaction.views.record_closings([one])


async def offsets(persistence: Persistence, wanted: CopiesWanted) -> list[int]:
    return [copy.offset for copy in await persistence.models.copies(wanted)]


async def states(persistence: Persistence) -> dict[str, str]:
    letters = await persistence.models.dead_letters(limit=9)
    return {shown.letter.id: shown.state.value for shown in letters}


async def test_a_copy_is_shown_with_the_source_that_brought_it(persistence: Persistence) -> None:
    await show(persistence, a_copy(4), replace(a_copy(5), origin="gcn.nasa.gov"))

    shown = await persistence.models.copies(CopiesWanted(9, oldest_first=True))

    assert [one.origin for one in shown] == [None, "gcn.nasa.gov"]


async def test_a_copy_is_shown_with_where_it_came_from_and_what_it_became(
    persistence: Persistence,
) -> None:
    await show(persistence, a_copy(4))

    [shown] = await persistence.models.copies(CopiesWanted(9))

    assert (shown.topic, shown.partition, shown.offset, shown.name) == (TOPIC, 0, 4, "4.json")
    assert (shown.received_at, shown.raw, shown.size) == (
        *(START + timedelta(seconds=4), digest_bytes(b"4"), 4),
    )
    assert (shown.became, shown.event, shown.notice) == ("event", "S1", digest_bytes(b"4"))
    assert (shown.neutrino, shown.dead_letter, shown.reason) == (None, None, None)


async def test_copies_of_neutrinos_and_of_what_was_refused_are_shown_alike(
    persistence: Persistence,
) -> None:
    neutrino, letter = a_neutrino(source=a_source(7), raw_size=5, is_test=True), a_letter(8)
    copies = [copy_of(neutrino, 0, 0), copy_of(letter, 0, 0)]
    await show(persistence, *(copy for copy in copies if copy))

    shown = {copy.offset: copy for copy in await persistence.models.copies(CopiesWanted(9))}

    assert (shown[7].became, shown[7].neutrino, shown[7].notice, shown[7].is_test) == (
        *("neutrino", neutrino.neutrino, neutrino.id, True),
    )
    assert (shown[8].became, shown[8].dead_letter, shown[8].reason, shown[8].notice) == (
        *("refused", "letter-8", "not_json", None),
    )


async def test_of_several_copies_of_one_notice_the_first_on_the_log_is_no_repeat(
    persistence: Persistence,
) -> None:
    late, early = a_copy(9, "one"), a_copy(2, "one", topic="another.broker")
    await show(persistence, late)
    alone = await persistence.models.copies(CopiesWanted(9))
    await show(persistence, early, a_copy(5, "other"))

    shown = await persistence.models.copies(CopiesWanted(9))

    assert [copy.is_repeat for copy in alone] == [False]
    assert [(copy.offset, copy.is_repeat) for copy in shown] == [(9, True), (5, False), (2, False)]
    assert len({copy.notice for copy in shown}) == 2


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_of_what_a_record_has_become_twice_the_same_is_shown_whatever_the_order(
    persistence: Persistence, order: tuple[int, ...]
) -> None:
    first = a_copy(1)
    again = replace(first, received_at=first.received_at + timedelta(seconds=3), offset=8)
    refused = replace(first, became="refused", subject="letter-1", reason="not_json")
    told = (first, again, refused)

    for number in order:
        await show(persistence, told[number])

    [shown] = await persistence.models.copies(CopiesWanted(9))
    assert (shown.became, shown.received_at) == ("event", first.received_at)


async def test_pages_follow_each_other_in_both_orders(persistence: Persistence) -> None:
    await show(persistence, *(a_copy(number) for number in range(7)))

    newest = CopiesWanted(3)
    oldest = CopiesWanted(3, oldest_first=True)
    for wanted, expected in ((newest, [6, 5, 4, 3, 2, 1, 0]), (oldest, [0, 1, 2, 3, 4, 5, 6])):
        assert await pages(persistence, wanted) == expected


async def pages(persistence: Persistence, wanted: CopiesWanted) -> list[int]:
    found: list[ArchivedCopy] = []
    page: Sequence[ArchivedCopy] = await persistence.models.copies(wanted)
    while page:
        found += page
        after = Place.read(Place.of(page[-1]).text)
        page = await persistence.models.copies(replace(wanted, after=after))
    return [copy.offset for copy in found]


async def test_copies_of_one_moment_are_told_apart_by_where_they_came_from(
    persistence: Persistence,
) -> None:
    here = [replace(a_copy(number), received_at=START) for number in (1, 2)]
    there = replace(a_copy(1, topic="another.broker"), received_at=START)
    await show(persistence, *here, there)

    assert await pages(persistence, CopiesWanted(1)) == [2, 1, 1]


async def test_a_list_can_be_of_an_event_of_a_time_or_of_a_reason(
    persistence: Persistence,
) -> None:
    await show(persistence, *(a_copy(number) for number in range(4)))
    await show(persistence, replace(a_copy(4), subject="S2"))
    await tell(persistence, a_letter(5), a_letter(6, RefusalReason.BAD_TIME))
    since, until = START + timedelta(seconds=1), START + timedelta(seconds=2)

    assert await offsets(persistence, CopiesWanted(9, event="S2")) == [4]
    assert await offsets(persistence, CopiesWanted(9, event="letter-5")) == []
    assert await offsets(persistence, CopiesWanted(9, since=since, until=until)) == [2, 1]
    assert await offsets(persistence, CopiesWanted(9, reason="bad_time")) == [6]


async def test_bytes_are_found_by_how_their_digest_begins(persistence: Persistence) -> None:
    await show(persistence, a_copy(1), a_copy(2), a_copy(3, "2"))
    whole = digest_bytes(b"2")

    assert await persistence.models.raw_notices(begins=whole[:9], limit=2) == {whole: 3}
    assert len(await persistence.models.raw_notices(begins="", limit=9)) == 2
    assert await persistence.models.raw_notices(begins="%", limit=9) == {}
    assert await persistence.models.raw_notices(begins="_", limit=9) == {}


async def test_a_letter_is_open_until_somebody_deals_with_it(persistence: Persistence) -> None:
    await tell(persistence, a_letter(1), a_letter(2), a_letter(3))
    await tell(persistence, a_closing("letter-1", "dropped"))
    await tell(persistence, a_closing("letter-2", "redriven", at=9), a_closing("x", "dropped"))

    found = await states(persistence)
    still = await persistence.models.dead_letters(limit=9, state=LetterState.OPEN)

    assert found == {"letter-3": "open", "letter-2": "redriven", "letter-1": "dropped"}
    assert [shown.letter for shown in still] == [a_letter(3)]


@pytest.mark.parametrize(
    ("closings", "state"),
    [
        (("dropped", "redriven"), "redriven"),
        (("redriven", "dropped"), "redriven"),
        (("dropped", "dropped"), "dropped"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_what_was_dropped_can_be_sent_in_again_and_nothing_else_is_undone(
    persistence: Persistence, closings: tuple[str, ...], state: str, *, together: bool
) -> None:
    told = [a_closing("letter-1", one, name=f"n{number}") for number, one in enumerate(closings)]
    await tell(persistence, a_letter(1))
    for some in [told] if together else [[one] for one in told]:
        async with persistence.ledger.transaction("projection") as transaction:
            await transaction.views.record_closings(some)
    await tell(persistence, *told)

    [shown] = await persistence.models.dead_letters(limit=9)
    winner = told[-1] if closings == ("dropped", "redriven") else told[0]
    assert (shown.state.value, shown.closing) == (state, winner)


async def test_a_redriven_letter_tells_what_it_became(persistence: Persistence) -> None:
    await tell(persistence, a_letter(1), a_closing("letter-1", "redriven", at=7))
    [unread] = await persistence.models.dead_letters(limit=9)
    await show(persistence, a_copy(7))

    [shown] = await persistence.models.dead_letters(limit=9)

    assert unread.became is None
    assert shown.became is not None
    assert (shown.became.event, shown.became.offset) == ("S1", 7)
    assert (shown.after, shown.closing) == (None, a_closing("letter-1", "redriven", at=7))


async def test_a_letter_that_was_refused_again_points_to_the_former(
    persistence: Persistence,
) -> None:
    await tell(persistence, a_letter(1), a_letter(2), a_closing("letter-1", "redriven", at=2))

    new, old = await persistence.models.dead_letters(limit=9)

    assert (new.letter.id, new.state, new.after) == ("letter-2", LetterState.OPEN, "letter-1")
    assert old.became is not None
    assert (old.became.dead_letter, old.after) == ("letter-2", None)


def with_bytes(number: int, raw: bytes | None, reason: str = "not_json") -> DeadLetter:
    digest = None if raw is None else digest_bytes(raw)
    return a_letter(number, RefusalReason(reason)).model_copy(update={"raw": digest})


async def test_of_each_content_and_reason_the_newest_letter_is_listed_with_how_many_there_are(
    persistence: Persistence,
) -> None:
    await tell(persistence, *(with_bytes(number, b"a") for number in (1, 2, 3)))
    await tell(persistence, with_bytes(4, b"b"), with_bytes(5, b"a", "bad_time"))

    found = await persistence.models.dead_letters(limit=9, contents=True)
    [first] = await persistence.models.dead_letters(limit=9, begins="letter-1")

    assert [(one.letter.id, one.copies) for one in found] == [
        *(("letter-5", 1), ("letter-4", 1), ("letter-3", 3)),
    ]
    assert first.copies == 3


async def test_copies_that_were_dealt_with_are_not_counted_among_the_open_ones(
    persistence: Persistence,
) -> None:
    await tell(persistence, *(with_bytes(number, b"a") for number in (1, 2, 3)))
    await tell(persistence, a_closing("letter-3", "dropped"))

    still = await persistence.models.dead_letters(limit=9, state=LetterState.OPEN, contents=True)
    every = await persistence.models.dead_letters(limit=9, contents=True)

    assert [(one.letter.id, one.copies) for one in still] == [("letter-2", 2)]
    assert [(one.letter.id, one.copies) for one in every] == [("letter-3", 1), ("letter-2", 2)]


async def test_what_was_not_kept_is_like_nothing_else(persistence: Persistence) -> None:
    await tell(persistence, with_bytes(1, None), with_bytes(2, None))

    found = await persistence.models.dead_letters(limit=9, contents=True)

    assert [(one.letter.id, one.copies) for one in found] == [("letter-2", 1), ("letter-1", 1)]


async def test_letters_are_found_by_reason_and_by_how_their_id_begins(
    persistence: Persistence,
) -> None:
    await tell(persistence, a_letter(1), a_letter(12), a_letter(2, RefusalReason.BAD_TIME))
    find = persistence.models.dead_letters

    assert [one.letter.id for one in await find(limit=9, reason="bad_time")] == ["letter-2"]
    assert [one.letter.id for one in await find(limit=9, begins="letter-1")] == [
        *("letter-12", "letter-1")
    ]
    assert list(await find(limit=9, begins="letter_")) == []


async def test_another_order_of_the_topics_gives_equal_tables(databases: Databases) -> None:
    found: list[object] = []
    for most in (1, 7, 1000):
        async with databases.fresh() as dsn, await connect(dsn) as database:
            await project(database, a_log(12).mixed(most))
            tables = await hashes(database)
            found.append((tables["notice_copies"], tables["dead_letters"]))

    assert found[0] == found[1] == found[2]
