"""When consumers begin on which nobody's next step waits: together, and not too often."""

from dataclasses import dataclass

GATHER_S = 0.1
"""So long records gather: one transaction then serves many, and who works on the event has the
machine meanwhile. What people see comes this much later, of the second within which it should be
there."""
EVERY_S = 0.3
"""And with more coming in there is no new round before that."""


@dataclass(slots=True)
class Rhythm:
    """Of the consumers of a process: in one round they read the same, and fold and write it once.

    Times are those of the event loop, in seconds.
    """

    gather_s: float = GATHER_S
    every_s: float = EVERY_S
    _round_s: float = float("-inf")

    def until(self, now_s: float) -> float:
        """Return when the next round begins, for who has found something."""
        if now_s > self._round_s:
            self._round_s = max(now_s + self.gather_s, self._round_s + self.every_s)
        return self._round_s
