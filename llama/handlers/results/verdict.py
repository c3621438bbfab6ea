"""The verdict: what a p-value means, in words that promise no more than it says."""

import math
from dataclasses import dataclass
from typing import Literal

from llama.handlers.results.numerals import clock, one_in, p_value, scientific
from llama.handlers.results.result import JointResult, SignificanceFacts
from llama.handlers.results.tracks import POSSIBLE

Tone = Literal["unknown", "chance", "possible", "notable", "strong"]
NOTABLE = 0.01
STRONG = 1.35e-3
"""Three standard deviations of a Gaussian, one side."""
SECOND_LEAST = 1.5
"""Between 1 and 2: p times N + 1 counts the trials with odds as high, and the event itself."""
NEGLIGIBLE_ODDS = 1e-6
"""Odds below it speak against a common source, however rare they are: of a detector that sees next
to nothing any track is rare, also one from elsewhere."""
_LEVELS: tuple[tuple[float, Tone, str], ...] = (
    (STRONG, "strong", "Strong coincidence"),
    (NOTABLE, "notable", "Notable coincidence"),
    (POSSIBLE, "possible", "Possible coincidence"),
)
_BY_CHANCE: tuple[float, Tone, str] = (math.inf, "chance", "Compatible with chance")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A headline, a sentence that explains it, and how it may be coloured."""

    headline: str
    sentence: str
    tone: Tone


def verdict_of(result: JointResult) -> Verdict:
    """Put the significance of a result in words, also where there is none."""
    if result.significance is None:
        return _unsearched(result)
    p = result.significance.p_value
    if p is None:
        reason = (result.significance.no_p_value_because or "no background set fits").rstrip(".")
        return Verdict("No p-value", f"{count(result)}. No p-value, because {reason}.", "unknown")
    if result.neutrinos is not None and not result.tracks:
        return Verdict("No neutrinos", f"{count(result)} (p = {p_value(p)}).", "chance")
    _, tone, words = next((one for one in _LEVELS if p < one[0]), _BY_CHANCE)
    sentence = f"{count(result)}. {_rarity(result.significance, p)}"
    odds = result.significance.odds_ratio
    if tone != "chance" and odds is not None and odds < NEGLIGIBLE_ODDS:
        against = f"Odds of {scientific(odds)} speak against a common source."
        return Verdict(
            f"Rare, but no coincidence: p = {p_value(p)}", f"{sentence} {against}", "chance"
        )
    return Verdict(f"{words}: p = {p_value(p)}", sentence, tone)


def partial_words(result: JointResult) -> str | None:
    """Say that more neutrinos may come, and until when; None if the result is complete."""
    if not result.is_partial:
        return None
    facts = result.neutrinos
    if facts is not None and facts.is_complete:
        return "The list of neutrinos is complete now; the significance is still to follow."
    until = facts.complete_from if facts else None
    when = f" until {clock(until)}" if until else ""
    return f"The list of neutrinos is open{when}: tracks may still be added."


def count(result: JointResult) -> str:
    """Say how many tracks there are."""
    number = len(result.tracks)
    if number == 0:
        return "No neutrino was seen within 500 s of the event"
    return f"{number} neutrino {'track' if number == 1 else 'tracks'} within 500 s of the event"


def _unsearched(result: JointResult) -> Verdict:
    if result.neutrinos is None:
        return Verdict("Not searched yet", "There is no list of neutrinos yet.", "unknown")
    return Verdict("Not computed yet", f"{count(result)}; no significance yet.", "unknown")


def _rarity(facts: SignificanceFacts, p: float) -> str:
    """Say a p-value as a count, or that it is the least that its background set can give."""
    such = "low-significance alerts" if facts.search == "ensemble" else "significant alerts"
    trials = facts.background.get("trials")
    if isinstance(trials, int) and trials > 1 and p * (trials + 1) < SECOND_LEAST:
        least = "so p is the least that can be told"
        return f"None of {trials:,} simulated {such} looks at least this coincident, {least}."
    return f"By chance alone, {one_in(p)} {such} look at least this coincident."
