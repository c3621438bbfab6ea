"""Of several notices about one neutrino, which counts."""

import itertools
from datetime import timedelta

from llama.domain.neutrinos import ShownNeutrino, neutrino_of, newest
from llama.domain.notice.neutrino import NeutrinoNotice, read_neutrino
from llama.domain.notice.provenance import Provenance
from schemas.facts import Source
from schemas.neutrinos import NeutrinoReceived
from tests.support.neutrino_notices import CAME, NEUTRINO, a_neutrino, a_neutrino_notice

LATER = CAME + timedelta(hours=1)
REAL, DRILL = (NEUTRINO, False), (NEUTRINO, True)


def received(*, offset: int = 0, **changes: object) -> NeutrinoReceived:
    raw = a_neutrino_notice(**changes)
    notice = read_neutrino(raw)
    assert isinstance(notice, NeutrinoNotice)
    source = Source(topic="t", partition=0, offset=offset)
    return neutrino_of(notice, Provenance(raw, source, CAME + timedelta(seconds=offset)))


def counting(*messages: NeutrinoReceived) -> ShownNeutrino:
    """Return what counts, the same in every order."""
    [found] = {newest(order)[REAL] for order in itertools.permutations(messages)}
    return found


def test_the_id_of_a_message_follows_from_what_the_notice_says() -> None:
    first, copy = received(), received(offset=7)
    rewritten, other = received(p_astro=0.1), received(dec=9.02)

    assert first.id == copy.id == rewritten.id
    assert first.raw != rewritten.raw
    assert other.id != first.id


def test_the_highest_revision_counts_whatever_the_order() -> None:
    found = counting(
        a_neutrino(revision=1, dec_deg=1.0),
        a_neutrino(sent_at=LATER, dec_deg=0.0),
        a_neutrino(revision=2, dec_deg=2.0),
    )

    assert (found.revision, found.dec_deg) == (2, 2.0)


def test_of_one_revision_the_later_counts_and_then_the_retraction() -> None:
    plain = a_neutrino(revision=1)

    assert counting(plain, a_neutrino(revision=1, retracted=True)).retracted
    assert counting(plain, a_neutrino(revision=1, sent_at=LATER, dec_deg=3.0)).dec_deg == 3.0


def test_a_newer_notice_lifts_a_retraction() -> None:
    assert not counting(a_neutrino(revision=1, retracted=True), a_neutrino(revision=2)).retracted


def test_the_order_never_decides() -> None:
    counting(*(received(p_astro=share) for share in (0.1, 0.2, 0.3)), received(dec=1.0))


def test_a_test_never_takes_the_place_of_a_real_neutrino() -> None:
    found = newest([a_neutrino(), a_neutrino(revision=5, is_test=True, retracted=True)])

    assert (found[REAL].revision, found[REAL].retracted) == (0, False)
    assert found[DRILL].retracted
