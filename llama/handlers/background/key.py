"""What a background set is good for: odds are compared with those of the very same search."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from llama.domain.digests import Digest, digest_json
from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.settings import SearchSettings

Search = Literal["ensemble", "significant"]
Group = Literal["CBC", "Burst"]
Kind = Literal["reported", "mock"]
"""Triggers such as detectors report, or such as the project's own mock notices tell of."""
Instrument = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]$")]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
DetectorName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class Key(BaseModel):
    """What must be equal before odds are compared."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    search: Search
    group: Group
    instruments: tuple[Instrument, ...]
    """Sorted, none twice, at least one."""
    population: Kind
    """Whose odds: real events are never judged by mock ones, nor mock ones by real ones."""
    detector: DetectorName
    detector_digest: Hex
    settings_digest: Hex

    @field_validator("instruments")
    @classmethod
    def _in_order(cls, instruments: tuple[str, ...]) -> tuple[str, ...]:
        if not instruments:
            raise ValueError("no instruments: name at least one, like H1")
        return tuple(sorted(set(instruments)))

    @classmethod
    def of(
        cls,
        search: str,
        group: str,
        instruments: Iterable[str],
        detector: Densities,
        settings: SearchSettings,
        *,
        population: str,
    ) -> Self:
        """Return the key of a search; ValueError if a name is none of those that are known."""
        said = {
            "search": search,
            "group": group,
            "instruments": tuple(instruments),
            "population": population,
            "detector": detector.name,
            "detector_digest": detector.digest,
            "settings_digest": settings.digest(),
        }
        return cls.model_validate(said)

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON value."""
        return self.model_dump(mode="json")

    def digest(self) -> Digest:
        """Return its identity."""
        return digest_json(self.to_json())

    def words(self) -> str:
        """Say for people what it is."""
        network = "".join(self.instruments)
        searched = f"{self.search} search, {self.group}, {network}"
        return f"{searched}, {self.population} events, tracks of {self.detector}"

    def file_stem(self) -> str:
        """Return the beginning of the names of its files."""
        network = "".join(self.instruments)
        return f"{self.search}-{self.group}-{network}-{self.population}-{self.detector}"


def instruments_in(network: str) -> tuple[str, ...]:
    """Read H1L1 as H1 and L1; ValueError if it cannot be read."""
    names = tuple(network[at : at + 2] for at in range(0, len(network), 2))
    if not names or not all(
        len(one) == 2 and one[0].isupper() and one[1].isdigit() for one in names
    ):
        raise ValueError(f"{network!r} names no instruments: write them like H1L1")
    return names
