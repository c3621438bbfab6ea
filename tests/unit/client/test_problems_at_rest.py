"""While the log grows, what seems to be a problem is looked at again; otherwise once is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from llama.client.further_checks import problems_at_rest
from llama.client.verification import Problem

LATE = Problem("projection", "S1", "is behind")
WRONG = Problem("projection", "S2", "is wrong")


@dataclass(slots=True)
class Growing:
    """A log that grows during so many looks, each of which finds something."""

    found: Sequence[list[Problem]]
    growing: int
    end: int = 0
    looks: int = 0

    async def ends(self) -> Mapping[int, int]:
        return {0: self.end}

    async def caught_up(self) -> None:
        """Return when all was read: that the log grew until then is no reason to look again."""
        self.end += 1

    async def look(self) -> list[Problem]:
        found = self.found[self.looks]
        self.looks += 1
        self.end += self.looks <= self.growing
        return found


@pytest.mark.parametrize(
    ("found", "growing", "looks", "problems"),
    [
        ([[]], 0, 1, []),
        ([[]], 9, 1, []),
        ([[WRONG]], 0, 1, [WRONG]),
        ([[LATE, WRONG], [WRONG]], 1, 2, [WRONG]),
        ([[LATE], []], 9, 2, []),
        ([[LATE, WRONG], [WRONG], [LATE, WRONG]], 9, 3, [LATE, WRONG]),
    ],
)
async def test_problems_are_looked_at_again_while_the_log_grows(
    found: list[list[Problem]], growing: int, looks: int, problems: list[Problem]
) -> None:
    log = Growing(found, growing)

    assert await problems_at_rest(log.look, log.ends, log.caught_up, most=3) == problems
    assert log.looks == looks
