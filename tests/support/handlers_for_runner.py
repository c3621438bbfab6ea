"""The pipeline of the tests of runners: handlers that do what they should, and that do not."""

from llama.domain.handler import FileHandler
from tests.support.handlers_that_answer import (
    Early,
    Forgetful,
    HalfReturned,
    Json,
    JsonWritten,
    Late,
    Naive,
    NeverReturned,
    NoJson,
    Text,
    TooBig,
    WholeAspect,
    Written,
    WrittenPlot,
    WrittenTable,
    WrongAspect,
    WrongContent,
    WrongType,
)
from tests.support.handlers_that_fail import (
    Chatty,
    Crasher,
    Faulty,
    Glutton,
    Hopeless,
    Leaver,
    Limits,
    Litterer,
    Numeric,
    Patient,
    Quitter,
    Sleeper,
    Swallower,
)
from tests.support.handlers_that_read import (
    Attached,
    AttachedOnly,
    Careless,
    Flagged,
    Notice,
    Optional,
    Other,
    Plain,
    Undeclared,
    UndeclaredAspect,
    Upper,
)

PIPELINE: tuple[type[FileHandler], ...] = (
    *(Notice, Other, Plain, Upper, Attached, AttachedOnly, Optional, Careless, Undeclared),
    *(UndeclaredAspect, Flagged, Sleeper, Crasher, Quitter, Leaver, Glutton, Swallower),
    *(Numeric, Hopeless, Faulty, Patient, Chatty, Litterer, Limits, TooBig, WrongType),
    *(Forgetful, Text, Written, Json, JsonWritten, NoJson, Late, Early, Naive, WrittenPlot),
    *(WrittenTable, NeverReturned, HalfReturned, WrongContent, WrongAspect, WholeAspect),
)
