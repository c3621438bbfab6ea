"""One realistic example of every message class, written by hand: the story of one event.

The messages follow one another: a notice comes in, a pipeline is adopted, a file is made, an
update makes it obsolete, operators act. Nothing here depends on a clock or on chance.
"""

from datetime import UTC, datetime

from schemas.base import Message
from schemas.example_values import at, digest_of
from schemas.examples_of_announcements import PUBLIC_EXAMPLES
from schemas.examples_of_hearing import EXTERNAL_TRIGGER_RECEIVED, NEUTRINO_RECEIVED
from schemas.examples_of_letters import DEAD_LETTER, DEAD_LETTER_CLOSED
from schemas.examples_of_sources import SOURCE_BLIND, SOURCE_CAUGHT_UP
from schemas.facts import (
    AlertType,
    Change,
    FileDeleted,
    FileExpired,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileObsoleted,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    PipelineRequested,
    RunCancelled,
    Source,
    TriggerReceived,
)
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest
from schemas.flags import FlagName
from schemas.reports import RevisionCommitted

EVENT = "S190814bv"


NOTICE = digest_of("identity of the first notice")
FIRST_MAP = digest_of("map of the first notice")
SECOND_MAP = digest_of("map of the second notice")
SECOND_TRIGGER = f"{digest_of('identity of the second notice')[:32]}.{SECOND_MAP[:8]}"
COMMIT = digest_of("a git commit")[:40]
NEED = digest_of("skymap.fits from the first map")[:32]
LATER_NEED = digest_of("skymap.fits from the second map")[:32]

ALERT_FILE = FileContent(
    file="alert.json",
    digest=digest_of("alert.json"),
    size=2417,
    aspects={
        "whole": digest_of("alert.json"),
        "event": digest_of("event in alert.json"),
        "external": digest_of("external in alert.json"),
        "retracted": digest_of("false"),
        "skymap": FIRST_MAP,
    },
    attached=("skymap",),
)
SKYMAP_FILE = FileContent(
    file="skymap.fits",
    digest=digest_of("skymap.fits"),
    size=783360,
    aspects={
        "whole": digest_of("skymap.fits"),
        "pixels": digest_of("pixels in skymap.fits"),
        "localisation": digest_of("localisation in skymap.fits"),
    },
)
ALERT_HANDLER = HandlerSpec(name="Alert", kind="triggered", files=("alert.json",), code="0")
SKYMAP_HANDLER = HandlerSpec(
    name="Skymap",
    files=("skymap.fits",),
    dependencies=(DependencySpec(file="alert.json", aspects=("skymap",)),),
    code="1",
)
BACKGROUND_HANDLER = HandlerSpec(
    name="BackgroundSet",
    files=("background.npz",),
    dependencies=(
        DependencySpec(file="alert.json", aspects=("event",)),
        DependencySpec(
            file="background_sets.npz", aspects=("whole",), fixed=digest_of("background sets")
        ),
    ),
    code="1",
)

TRIGGER_RECEIVED = TriggerReceived(
    id=f"{NOTICE[:32]}.{ALERT_FILE.digest[:8]}",
    occurred_at=at(31, 43),
    event=EVENT,
    notice=NOTICE,
    alert_type=AlertType.PRELIMINARY,
    time_created=at(31, 40),
    event_time=datetime(2019, 8, 14, 21, 10, 38, 995000, tzinfo=UTC),
    significant=True,
    far=2.033e-33,
    classification={"BBH": 0.0, "BNS": 0.0, "NSBH": 0.998, "Terrestrial": 0.002},
    raw=digest_of("bytes of the first notice"),
    raw_size=1037680,
    source=Source(topic="igwn.gwalert", partition=0, offset=1201),
    files=(ALERT_FILE,),
    oddities=("external_coinc is missing: taken as null",),
)
PIPELINE_ADOPTED = PipelineAdopted(
    id=digest_of("adopted in epoch 3")[:32],
    cause=TRIGGER_RECEIVED.id,
    occurred_at=TRIGGER_RECEIVED.occurred_at,
    event=EVENT,
    epoch=3,
    manifest=Manifest(
        digest=digest_of("manifest"),
        handlers=(ALERT_HANDLER, SKYMAP_HANDLER, BACKGROUND_HANDLER),
    ),
)
FLAGS_CHANGED = FlagsChanged(
    id="request-7c1e",
    occurred_at=at(40),
    event=EVENT,
    changes={FlagName.UPLOAD: True, FlagName.ROLE: "observation"},
    reason="the circular is to carry this result",
)
FILE_GENERATED = FileGenerated(
    id=f"{NEED}.1",
    cause=PIPELINE_ADOPTED.id,
    occurred_at=at(31, 46),
    event=EVENT,
    handler="Skymap",
    need=NEED,
    attempt=1,
    code="1",
    inputs={"alert.json#skymap": FIRST_MAP},
    wall_s=0.75,
    files=(SKYMAP_FILE,),
)
FILE_FAILED = FileFailed(
    id=f"{LATER_NEED}.1",
    cause=SECOND_TRIGGER,
    occurred_at=at(55, 12),
    event=EVENT,
    handler="Skymap",
    need=LATER_NEED,
    attempt=1,
    code="1",
    inputs={"alert.json#skymap": SECOND_MAP},
    wall_s=300.0,
    error="timeout",
    message="Skymap of S190814bv ran for 300 s and was killed: raise TIMEOUT_S if that is usual",
    retry_at=at(55, 14),
)
FILE_OBSOLETED = FileObsoleted(
    id=digest_of("obsolete after the second notice")[:32],
    cause=SECOND_TRIGGER,
    occurred_at=at(50, 11),
    event=EVENT,
    file="skymap.fits",
    handler="Skymap",
    generation=FILE_GENERATED.id,
    because=(Change(input="alert.json#skymap", was=FIRST_MAP, now=SECOND_MAP),),
)
FILE_VETOED = FileVetoed(
    id="request-81d4",
    occurred_at=at(56),
    event=EVENT,
    handler="Skymap",
    by="operator on shift",
    reason="the second map is known to be wrong",
    vetoed=True,
)
FILE_FROZEN = FileFrozen(
    id="request-93aa",
    occurred_at=at(57),
    event=EVENT,
    handler="Skymap",
    by="operator on shift",
    reason="cited in a circular",
    frozen=True,
)
FILE_DELETED = FileDeleted(
    id="request-a0f2",
    occurred_at=at(58),
    event=EVENT,
    handler="Skymap",
    by="operator on shift",
    reason="made with a broken table",
)
FILE_REQUESTED = FileRequested(
    id="request-b615",
    occurred_at=at(59),
    event=EVENT,
    handler="Skymap",
    by="operator on shift",
    reason="to see whether the result repeats",
)
FILE_EXPIRED = FileExpired(
    id=digest_of("expiry of Neutrinos")[:32],
    cause=FILE_GENERATED.id,
    occurred_at=at(59),
    event=EVENT,
    handler="Neutrinos",
    generation=FILE_GENERATED.id,
)
FILE_PUT = FilePut(
    id="request-c027",
    occurred_at=at(59),
    event=EVENT,
    handler="SkymapInfo",
    by="operator on shift",
    reason="corrected by hand",
    files=(
        FileContent(
            file="skymap_info.json",
            digest=digest_of("corrected"),
            size=9,
            aspects={"whole": digest_of("corrected")},
        ),
    ),
)
RUN_CANCELLED = RunCancelled(
    id="request-d194",
    occurred_at=at(59),
    event=EVENT,
    handler="SkymapPlot",
    by="operator on shift",
    reason="it takes a worker that others wait for",
)
PIPELINE_REQUESTED = PipelineRequested(
    id="request-e3b8",
    occurred_at=at(59),
    event=EVENT,
    by="operator on shift",
    reason="the review wants the new areas",
)
REVISION_COMMITTED = RevisionCommitted(
    id=COMMIT,
    cause=FILE_GENERATED.id,
    occurred_at=FILE_GENERATED.occurred_at,
    event=EVENT,
    commit=COMMIT,
    number=1,
)
EXAMPLES: tuple[Message, ...] = (
    TRIGGER_RECEIVED,
    PIPELINE_ADOPTED,
    FLAGS_CHANGED,
    FILE_GENERATED,
    FILE_FAILED,
    FILE_OBSOLETED,
    FILE_VETOED,
    FILE_FROZEN,
    FILE_DELETED,
    FILE_REQUESTED,
    FILE_EXPIRED,
    FILE_PUT,
    RUN_CANCELLED,
    PIPELINE_REQUESTED,
    REVISION_COMMITTED,
    DEAD_LETTER,
    DEAD_LETTER_CLOSED,
    NEUTRINO_RECEIVED,
    EXTERNAL_TRIGGER_RECEIVED,
    SOURCE_BLIND,
    SOURCE_CAUGHT_UP,
    *PUBLIC_EXAMPLES,
)
"""One of each class, in the order of the topics' catalogue."""
