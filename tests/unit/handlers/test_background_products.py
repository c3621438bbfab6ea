"""background_sets.npz and background.npz: which sets a deployment has, and which one judges."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from llama.cli.starting import refuse_odd_resources
from llama.client.trial import try_handler
from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured
from llama.domain.handler import PermanentError
from llama.domain.manifests import manifest_of
from llama.domain.pipeline import pipeline_of, with_ancestors
from llama.handlers.background.collection import chosen_from_bytes, from_bytes, to_bytes
from llama.handlers.background.key import Key
from llama.handlers.background.sets import BackgroundSet as Set
from llama.handlers.background.store import Store, package_sets
from llama.handlers.background_set import BackgroundSet, key_of
from llama.handlers.background_sets import BackgroundSets
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.significance import Significance
from llama.runtime.resources import resources_of
from llama.runtime.settings import read_settings
from tests.support.background_sets import NETWORK, a_recipe, a_set
from tests.unit.handlers.builders import an_alert

GFU = detector_named("gfu")
NEUTRINOS = {"detector": GFU.name, "detector_digest": GFU.digest, "tracks": []}
PIPELINE = with_ancestors([BackgroundSet])
REAL = "S230914ak"
EVENT = {"significant": False, "group": "CBC", "instruments": ["L1", "H1"]}


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LLAMA_BACKGROUNDS", "LLAMA_HOME"):
        monkeypatch.setenv(name, "")


def fitting(odds: Sequence[float] = (0.0, 1.0), population: str = "reported") -> Set:
    """Return a set of the key of EVENT."""
    recipe = a_recipe()
    key = Key.of("ensemble", "CBC", NETWORK, GFU, recipe.settings, population=population)
    return Set(key, recipe.made, *(a_set(odds).odds, a_set(odds).track_odds))


def chosen(sets: Sequence[Set], eventid: str = REAL, **event: object) -> bytes:
    alert = an_alert(event={**EVENT, **event})
    given = {**alert, NeutrinoList: NEUTRINOS, BackgroundSets: to_bytes(sets)}
    return try_handler(BackgroundSet, given, eventid=eventid)[BackgroundSet].content


def key(eventid: str = REAL, **event: object) -> dict[str, object]:
    return key_of({"event": {**EVENT, **event}}, NEUTRINOS, eventid)


def digests(content: bytes) -> set[str]:
    return {one.digest for one in from_bytes(content)}


def test_a_deployment_has_the_sets_of_the_package() -> None:
    assert digests(BackgroundSets.resource()) == {one.digest for one in package_sets().values()}


@pytest.mark.parametrize(
    ("name", "below"), [("LLAMA_BACKGROUNDS", ""), ("LLAMA_HOME", "backgrounds")]
)
def test_and_those_of_its_folder(
    name: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(tmp_path))
    before = digests(BackgroundSets.resource())

    Store(tmp_path / below).add(fitting())

    assert digests(BackgroundSets.resource()) == before | {fitting().digest}


def test_a_file_that_is_no_set_stops_the_deployment_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_BACKGROUNDS", str(tmp_path))
    (tmp_path / "odd.npz").write_bytes(b"PK")

    with pytest.raises(Misconfigured, match=r"odd\.npz is no background set: .*; move it away"):
        BackgroundSets.resource()


def test_the_same_sets_are_the_same_bytes_in_any_order() -> None:
    some = [fitting(), a_set(), a_set(tracks=(1.0,))]

    assert to_bytes(some) == to_bytes([*reversed(some), some[0]])
    assert digests(to_bytes(some)) == {one.digest for one in some}


@pytest.mark.parametrize("content", [b"", b"PK", to_bytes([a_set()])[:-30], b"\0" * 99])
def test_what_is_no_collection_is_refused(content: bytes) -> None:
    given = {**an_alert(event=EVENT), NeutrinoList: NEUTRINOS, BackgroundSets: content}

    with pytest.raises(PermanentError, match=r"background_sets\.npz: it cannot be read"):
        try_handler(BackgroundSet, given)


def test_the_set_of_the_events_key_is_chosen_as_it_is() -> None:
    content = chosen([a_set(), fitting()])

    assert content == fitting().content
    found, reason = chosen_from_bytes(content, key())
    assert found is not None
    assert (found.digest, reason) == (fitting().digest, "")


def test_of_two_that_fit_the_one_with_more_trials_is_chosen() -> None:
    large = fitting((0.0, 0.0, 1.0))

    assert chosen([fitting(), large]) == large.content


def test_another_collection_with_the_same_set_gives_the_same_bytes() -> None:
    assert chosen([fitting()]) == chosen([a_set(), fitting()])


@pytest.mark.parametrize(
    "event", [{"significant": True}, {"group": "Burst"}, {"eventid": "MS230914ak"}]
)
def test_without_a_set_the_file_says_which_one_is_missing(event: dict[str, Any]) -> None:
    content = chosen([fitting()], **event)

    found, reason = chosen_from_bytes(content, key(**event))
    assert found is None
    assert "there is no background set for the " in reason
    assert "`llama background build --search " in reason


@pytest.mark.parametrize("network", [["V1"], ["H1", "L1", "V1"], ["H1"]])
def test_a_network_that_cannot_be_simulated_is_told_so_and_no_build_is_suggested(
    network: list[str],
) -> None:
    content = chosen([fitting()], instruments=network)

    found, reason = chosen_from_bytes(content, key(instruments=network))
    assert found is None
    assert f"no maps can be simulated for {''.join(network)}: only for H1L1" in reason
    assert "llama background build" not in reason


@pytest.mark.parametrize(
    ("eventid", "population"),
    [("S230914ak", "reported"), ("MS230914ak", "mock"), ("TS230914ak", "mock")],
)
def test_real_events_are_judged_by_reported_triggers_and_mock_ones_by_mocks(
    eventid: str, population: str
) -> None:
    sets = [fitting(population="mock"), fitting(population="reported")]

    found, _ = chosen_from_bytes(chosen(sets, eventid), key(eventid))

    assert found is not None
    assert found.key.population == population


@pytest.mark.parametrize(("eventid", "others"), [("S230914ak", "mock"), ("MS230914ak", "reported")])
def test_a_set_of_the_other_population_judges_nothing_also_if_somebody_put_it_there(
    eventid: str, others: str
) -> None:
    other = fitting(population=others)

    missing, why = chosen_from_bytes(chosen([other], eventid), key(eventid))
    put, reason = chosen_from_bytes(other.content, key(eventid))

    assert (missing, put) == (None, None)
    assert "--population" in why
    assert f"is of another search: ensemble search, CBC, H1L1, {others} events" in reason


def test_an_event_for_which_no_set_can_be_made_says_so() -> None:
    _, reason = chosen_from_bytes(chosen([fitting()], group=None), key(group=None))

    assert "no background set can be made for such an event: group" in reason


def test_a_set_of_another_search_that_somebody_put_there_judges_nothing() -> None:
    found, reason = chosen_from_bytes(fitting().content, key(significant=True))

    assert found is None
    assert "is of another search: ensemble search, CBC, H1L1" in reason


@pytest.mark.parametrize("content", [b"", to_bytes([]), fitting().content[:-9]])
def test_what_is_no_set_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|not what belongs there"):
        chosen_from_bytes(content, key())


def test_a_deployment_looks_into_its_home_though_nobody_named_it(tmp_path: Path) -> None:
    settings = read_settings({"LLAMA_HOME": str(tmp_path)})
    Store(settings.backgrounds_folder).add(fitting())

    [content] = resources_of({"BackgroundSet": BackgroundSet}, settings).values()

    assert fitting().digest in digests(content)


def test_a_system_with_such_a_file_is_not_even_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = read_settings({"LLAMA_HOME": str(tmp_path), "LLAMA_PIPELINE": __name__})
    settings.backgrounds_folder.mkdir()
    (settings.backgrounds_folder / "odd.npz").write_bytes(b"PK")

    with pytest.raises(typer.Exit) as ended:
        refuse_odd_resources(settings)

    assert ended.value.exit_code == 2
    assert "odd.npz is no background set" in capsys.readouterr().err


def test_the_manifest_names_the_sets_of_the_deployment() -> None:
    manifest = manifest_of(pipeline_of(with_ancestors([Significance])))

    specs = {spec.name: spec for spec in manifest.handlers}
    fixed = {one.file: one.fixed for one in specs["BackgroundSet"].dependencies if one.fixed}
    assert fixed == {"background_sets.npz": digest_bytes(BackgroundSets.resource())}
    assert "BackgroundSets" not in specs
    assert "background.npz" in {one.file for one in specs["Significance"].dependencies}
