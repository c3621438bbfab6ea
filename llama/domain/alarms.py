"""Alarms: words to people on call, by the topics and keys under which the ledger has them."""

from typing import Literal

ALARMS = "alarm"
TEST_ALARMS = "alarm.test"
"""Of mock and test events, rehearsals, and neutrinos that were not observed as they are."""
Word = Literal["raised", "taken-back"]
RAISED: Word = "raised"
TAKEN_BACK: Word = "taken-back"


def alarm_key(topic: str, word: Word, number: int) -> str:
    """Return the key of a word about an event: the first on its topic has the number 1."""
    return f"{'test-' if topic == TEST_ALARMS else ''}{word}-{number}"


def is_raised(key: str) -> bool:
    """Tell whether an entry of this key raised an alarm, also one that stayed here."""
    return f"{RAISED}-" in key
