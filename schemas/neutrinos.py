"""What is heard of single neutrinos: the messages, and what `GET /neutrinos` answers."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, StringConstraints

from schemas.base import Message, Moment, Part, Sha256, ShortText
from schemas.facts import Source

NeutrinoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}$")]
"""Name of a neutrino: the detector's own, the same in every revision."""
NeutrinoKind = Literal["observation", "simulated"]
MOST_REVISIONS = 1_000_000
Degrees = Annotated[float, Field(allow_inf_nan=False)]
RightAscension = Annotated[Degrees, Field(ge=0, lt=360)]
Declination = Annotated[Degrees, Field(ge=-90, le=90)]
Sigma = Annotated[Degrees, Field(gt=0, le=180)]
Energy = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]


class NeutrinoReceived(Message):
    """A notice about one neutrino came in: a new one, a revision, or a retraction."""

    kind: Literal["NeutrinoReceived"] = "NeutrinoReceived"
    neutrino: NeutrinoId
    revision: Annotated[int, Field(ge=0, le=MOST_REVISIONS)] = Field(
        description="0 for the first notice; of several notices the highest counts."
    )
    sent_at: Moment = Field(description="The notice's own time: it decides between equal numbers.")
    time: Moment = Field(description="When the neutrino came.")
    ra_deg: RightAscension | None = Field(description="ICRS; null if a retraction tells none.")
    dec_deg: Declination | None
    sigma_deg: Sigma | None = Field(
        description="One standard deviation; 90 % lie within 2.145966 times it."
    )
    energy_gev: Energy | None
    origin: NeutrinoKind = "observation"
    stream: str = Field(default="", max_length=40, description="Such as gold or bronze.")
    retracted: bool = False
    is_test: bool = Field(default=False, description="It is none of nature's: a test, a drill.")
    raw: Sha256 = Field(description="The artifact with the bytes as they came.")
    raw_size: NonNegativeInt
    source: Source
    name: ShortText = Field(default="", description="The name that this copy came under.")
    oddities: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The neutrino: all its notices stand in one partition, in order."""
        return self.neutrino

    @property
    def marks_test(self) -> bool:
        """Whether clients of the topic are told that it is a test."""
        return self.is_test


class ListedNeutrino(Part):
    """One neutrino as its newest revision has it; those that are listed have a direction."""

    id: NeutrinoId
    time: Moment
    ra_deg: RightAscension
    dec_deg: Declination
    sigma_deg: Sigma
    energy_gev: Energy
    kind: NeutrinoKind
    revision: NonNegativeInt
    stream: str
    is_test: bool
    raw: Sha256


class NeutrinoList(Part):
    """The neutrinos of a time span, by time: retracted ones are not among them."""

    tracks: tuple[ListedNeutrino, ...]
