"""Where nobody watches: in tests, and in commands."""

from collections.abc import Mapping

from llama.domain.health import Place


class Unwatched:
    """Takes what a loop tells of itself for nobody."""

    def beat(self) -> None:
        """Say that the loop goes on."""

    def held_up(self, doing: str, why: str) -> None:
        """Say that something cannot be done."""

    def goes_on(self, doing: str) -> None:
        """Say that something could be done."""

    def follows(self, lags: Mapping[Place, int]) -> None:
        """Say how many records were not read yet."""


UNWATCHED = Unwatched()
