"""What is heard of other observatories' triggers: messages, and what `GET` of them answers."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, StringConstraints

from schemas.base import Message, Moment, Part, Sha256, ShortText
from schemas.classes import ClassName, Probability
from schemas.facts import MOST_CLASSES, Rate, Source
from schemas.neutrinos import MOST_REVISIONS, Declination, NeutrinoId, RightAscension, Sigma

Observatory = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.:+-]{0,39}$")]
"""Name of an observatory, such as Fermi, KM3NeT or Super-Kamiokande."""
TriggerId = NeutrinoId
"""Name of a trigger: its observatory's own, the same in every revision."""
Label = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,64}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,500}$")]
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
TriggerKind = Literal[
    "grb",
    "gamma_rays",
    "neutrino",
    "neutrino_track",
    "neutrino_cascade",
    "neutrino_multiplet",
    "supernova_neutrinos",
    "other",
]
"""What a trigger is of; `gamma_rays`: a burst of them, of which nobody says that it is a GRB."""


class ExternalTriggerReceived(Message):
    """A notice about another observatory's trigger came in: new, revised, or retracted."""

    kind: Literal["ExternalTriggerReceived"] = "ExternalTriggerReceived"
    observatory: Observatory
    trigger: TriggerId
    revision: Annotated[int, Field(ge=0, le=MOST_REVISIONS)] = Field(
        description="The notice's record number: of several notices the highest counts."
    )
    sent_at: Moment = Field(description="The notice's own time: it decides between equal numbers.")
    time: Moment = Field(description="When the trigger was.")
    trigger_kind: TriggerKind
    instrument: Label = ""
    event_name: Label = Field(default="", description="What people call it; empty: no name.")
    name: ShortText = Field(default="", description="The name that the copy came under.")
    ra_deg: RightAscension | None = Field(default=None, description="ICRS; null if not known.")
    dec_deg: Declination | None = None
    error_deg: Sigma | None = Field(
        default=None, description="Radius of the circle that holds `containment`."
    )
    containment: Share | None = None
    far_hz: Rate | None = Field(default=None, description="False alarm rate; null if not told.")
    classification: dict[ClassName, Probability] | None = Field(
        default=None, max_length=MOST_CLASSES, description="The probability of each class."
    )
    map_url: WebAddress | None = Field(default=None, description="Where there is a sky map.")
    retracted: bool = False
    is_test: bool = Field(default=False, description="It is none of nature's: a test, a drill.")
    raw: Sha256 = Field(description="The artifact with the bytes as they came.")
    raw_size: NonNegativeInt
    source: Source
    oddities: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The trigger: all its notices stand in one partition, in order."""
        return f"{self.observatory}/{self.trigger}"

    @property
    def marks_test(self) -> bool:
        """Whether clients of the topic are told that it is a test."""
        return self.is_test


class ListedTrigger(Part):
    """One trigger as its newest revision has it."""

    observatory: Observatory
    id: TriggerId
    time: Moment
    kind: TriggerKind
    instrument: Label
    name: Label
    ra_deg: RightAscension | None
    dec_deg: Declination | None
    error_deg: Sigma | None
    containment: Share | None
    far_hz: Rate | None
    classification: dict[ClassName, Probability] | None
    map_url: WebAddress | None
    revision: NonNegativeInt
    is_test: bool
    raw: Sha256


class ExternalTriggerList(Part):
    """The triggers of a time span, by time: retracted ones are not among them."""

    triggers: tuple[ListedTrigger, ...]
