"""Events and criteria of every kind, for comparing those who answer questions about events."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from llama.domain.assessment import Status
from llama.domain.flags import Flags
from llama.domain.labels import Label
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Page, Question, ask
from llama.domain.selection.profile import EventProfile
from llama.domain.shown import ShownEvent
from llama.ports.projections import EventRow, ReadModels

NOW = datetime(2023, 9, 14, 12, tzinfo=UTC)
FILES = ("alert.json", "skymap.fits", "plot.png")
HANDLERS = ("Alert", "Skymap", "Plot")
CLASSES = ("BBH", "BNS", "Terrestrial")
RATES = (0.0, 1e-9, 2.5e-7, 1.0)
GLOBS = (
    "S2*",
    "S2[0-1]*",
    "*a",
    "S??b",
    "S2[!0]_?",
    "S21-c",
    "[!A-R]2*",
    "*[_-]*",
    "S2[b-a]*",
)
HOURS = st.integers(0, 6).map(lambda hour: NOW - timedelta(hours=hour, microseconds=hour))
SECONDS = st.sampled_from([0, 3600, 7200.000002, 10800.5, 1e300])
MOMENTS = HOURS | st.sampled_from(
    [datetime(1970, 1, 2, tzinfo=UTC), datetime(2199, 12, 30, tzinfo=UTC)]
)
PROBABILITIES = st.sampled_from([0.0, 0.25, 0.3, 1.0])


def _some(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.sets(st.sampled_from(names)).map(frozenset)


PROFILES = st.builds(
    EventProfile,
    st.from_regex(r"[MS]S?2[01][abc_-][a-c]?", fullmatch=True),
    event_time=HOURS | st.none(),
    files=_some(FILES),
    handlers=_some(HANDLERS),
    recorded=_some(HANDLERS),
    statuses=st.sets(st.sampled_from(Status)).map(frozenset),
    obsolete=_some(FILES),
    labels=st.sets(st.sampled_from(Label)).map(frozenset),
    flags=st.builds(
        Flags,
        ROLE=st.sampled_from(["test", "observation"]),
        **dict.fromkeys(("VETOED", "MANUAL", "UPLOAD"), st.booleans()),
    ),
    first_at=HOURS | st.none(),
    modified_at=HOURS | st.none(),
    far=st.sampled_from(RATES) | st.none(),
    classes=st.dictionaries(st.sampled_from(CLASSES), PROBABILITIES).map(
        lambda told: tuple(sorted(told.items()))
    ),
)
EVENTS = st.lists(PROFILES, unique_by=lambda event: event.eventid, max_size=10)
FILTERS: dict[str, st.SearchStrategy[object]] = {
    "invert": st.booleans(),
    "eventid_filter": st.lists(st.sampled_from(GLOBS), max_size=2),
    **dict.fromkeys(("fileexists", "fhexists", "obsolete"), st.sampled_from(FILES)),
    **dict.fromkeys(("fhnameexists", "fhmeta", "fhnamemeta"), st.sampled_from(HANDLERS)),
    **dict.fromkeys(("vetoed", "manual"), st.booleans()),
    "flag": st.lists(st.sampled_from(["ROLE:test", "UPLOAD", "MANUAL:false"]), max_size=2),
    "status": st.lists(st.sampled_from(list(Status)), max_size=2),
    "label": st.lists(st.sampled_from(list(Label)), max_size=2),
    **dict.fromkeys(("far_lt", "far_gt"), st.sampled_from(RATES)),
    "classification": st.lists(st.sampled_from(CLASSES), max_size=2),
    "p_gt": st.sampled_from(["BNS:0.25", "BBH:0", "Noise:0.5"]),
    **dict.fromkeys(("modbefore", "modafter", "v0before", "v0after"), MOMENTS),
    **dict.fromkeys(("sec_since_mod_gt", "sec_since_mod_lt"), SECONDS),
    **dict.fromkeys(("sec_since_v0_gt", "sec_since_v0_lt"), SECONDS),
}
ORDERS: dict[str, st.SearchStrategy[object]] = {
    "sortkey": st.sampled_from(list(SortKey)),
    "reverse": st.booleans(),
    "limit": st.integers(0, 8),
}


def _few(
    strategies: dict[str, st.SearchStrategy[object]], most: int
) -> st.SearchStrategy[dict[str, object]]:
    """Ask for a few things only: what asks for much finds nothing."""
    names = st.lists(st.sampled_from(list(strategies)), max_size=most, unique=True)
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries({name: strategies[name] for name in chosen})
    )


DOWNSELECTIONS = st.tuples(_few(FILTERS, 3), _few(ORDERS, 3)).map(
    lambda parts: Downselection.read({**parts[0], **parts[1]})
)


def shown_as(profile: EventProfile) -> ShownEvent:
    """Return the row of a list that belongs to a profile."""
    return ShownEvent(
        event=profile.eventid,
        alert_type="INITIAL",
        time_created=NOW,
        event_time=profile.event_time,
        significant=None,
        is_test=Label.TEST in profile.labels,
        retracted=Label.RETRACTED in profile.labels,
        settled=True,
        flags=profile.flags.as_mapping(),
        files={},
        changed_at=NOW,
        far=profile.far,
        classification=profile.classification,
        labels=tuple(sorted(profile.labels)),
        first_at=profile.first_at,
        modified_at=profile.modified_at,
    )


SINGLE: tuple[dict[str, object], ...] = (
    *({"eventid_filter": glob} for glob in (*GLOBS, ("S2*", "M*"))),
    *({name: file} for name in ("fileexists", "fhexists", "obsolete") for file in FILES),
    *({name: one} for name in ("fhnameexists", "fhmeta", "fhnamemeta") for one in HANDLERS),
    *({name: truth} for name in ("vetoed", "manual") for truth in (True, False)),
    *({"flag": word} for word in ("ROLE:test", "UPLOAD", "MANUAL:false")),
    *({"status": status} for status in Status),
    *({"label": label} for label in Label),
    *({name: rate} for name in ("far_lt", "far_gt") for rate in RATES),
    *({"classification": name} for name in (*CLASSES, ("BNS", "BBH"))),
    *({"p_gt": word} for word in ("BNS:0.25", "BBH:0", "Noise:0.5")),
    *(
        {name: NOW - timedelta(hours=3)}
        for name in ("modbefore", "modafter", "v0before", "v0after")
    ),
    *(
        {f"sec_since_{name}": age}
        for name in ("mod_gt", "mod_lt", "v0_gt", "v0_lt")
        for age in (0, 7200.000002, 7200.0000024, 1e300)
    ),
)
"""Every criterion by itself."""


async def all_pages(
    models: ReadModels, downselection: Downselection, *, size: int
) -> list[EventRow]:
    """Walk through all pages of a listing."""
    rows: list[EventRow] = []
    cursor: str | None = None
    for _ in range(100):
        page: Page[EventRow] = await models.select(
            ask(downselection, now=NOW, size=size, after=cursor)
        )
        rows += page.rows
        if page.next is None:
            return rows
        cursor = page.next
    raise AssertionError("the pages do not end")


def everything(downselection: Downselection) -> Question:
    """Ask for all events that are meant at once."""
    return ask(downselection, now=NOW, size=10_000)
