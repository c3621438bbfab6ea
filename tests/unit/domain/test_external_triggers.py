"""Of several notices about a trigger, which counts."""

import itertools
from datetime import timedelta

from llama.domain.external_triggers import ShownTrigger, newest, trigger_message_of
from llama.domain.notice.provenance import Provenance
from llama.domain.notice.trigger import ExternalTriggerNotice, read_trigger
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Source
from tests.support.trigger_notices import BURST, SEEN, a_burst_notice, a_trigger

LATER = SEEN + timedelta(hours=1)
REAL, DRILL = ("Fermi", BURST, False), ("Fermi", BURST, True)


def received(*, offset: int = 0, **changes: object) -> ExternalTriggerReceived:
    raw = a_burst_notice(**changes)
    notice = read_trigger(raw)
    assert isinstance(notice, ExternalTriggerNotice)
    source = Source(topic="t", partition=0, offset=offset)
    return trigger_message_of(notice, Provenance(raw, source, SEEN + timedelta(seconds=offset)))


def counting(*messages: ExternalTriggerReceived) -> ShownTrigger:
    """Return what counts, the same in every order."""
    [found] = {newest(order)[REAL] for order in itertools.permutations(messages)}
    return found


def test_the_id_of_a_message_follows_from_what_the_notice_says() -> None:
    first, copy = received(), received(offset=7)
    rewritten, other = received(rate_snr=1.5), received(dec=9.02)

    assert first.id == copy.id == rewritten.id
    assert first.raw != rewritten.raw
    assert other.id != first.id


def test_a_message_stands_with_all_others_about_its_trigger() -> None:
    assert received().key == received(record_number=7).key == f"Fermi/{BURST}"


def test_the_highest_record_number_counts_whatever_the_order() -> None:
    found = counting(
        a_trigger(revision=4, dec_deg=1.0),
        a_trigger(revision=1, sent_at=LATER, dec_deg=0.0),
        a_trigger(revision=7, dec_deg=2.0),
    )

    assert (found.revision, found.dec_deg) == (7, 2.0)


def test_a_retraction_counts_though_it_was_sent_before_what_it_retracts() -> None:
    update = a_trigger(revision=3, sent_at=LATER)

    assert counting(update, a_trigger(revision=4, retracted=True)).retracted


def test_of_one_number_the_later_counts_and_then_the_retraction() -> None:
    plain = a_trigger(revision=1)

    assert counting(plain, a_trigger(revision=1, retracted=True)).retracted
    assert counting(plain, a_trigger(revision=1, sent_at=LATER, dec_deg=3.0)).dec_deg == 3.0


def test_the_order_never_decides() -> None:
    shares = (0.1, 0.2, 0.3)

    found = counting(*(received(rate_snr=share) for share in shares), received(dec=1.0))

    assert found.revision == 4


def test_a_test_never_takes_the_place_of_a_real_trigger() -> None:
    found = newest([a_trigger(), a_trigger(revision=5, is_test=True, retracted=True)])

    assert (found[REAL].revision, found[REAL].retracted) == (0, False)
    assert found[DRILL].retracted


def test_equal_ids_of_two_observatories_are_two_triggers() -> None:
    assert len(newest([a_trigger(), a_trigger(observatory="Swift")])) == 2
