"""Flags: presets, what the first notice sets, and what it leaves alone."""

from datetime import timedelta

import pytest

from llama.domain.digests import digest_json
from llama.domain.event_state import evolve
from llama.domain.flags import DEFAULT, PRESETS, Flags, changes_meant, preset_changes
from llama.domain.states import EventState
from schemas.facts import AlertType, FlagsChanged
from schemas.flags import FlagName, FlagValue
from tests.support.facts import EVENT, START, a_trigger


def set_flags(state: EventState, **changes: FlagValue) -> EventState:
    named: dict[FlagName, FlagValue] = {FlagName(name): value for name, value in changes.items()}
    number = str(state.sequence)
    return evolve(state, FlagsChanged(id=number, occurred_at=START, event=EVENT, changes=named))


def after_a_notice(state: EventState, *, is_test: bool = False) -> EventState:
    return evolve(state, a_trigger(is_test=is_test))


def test_the_flags_of_an_event_that_nobody_has_touched() -> None:
    assert DEFAULT.as_mapping() == {
        "ROLE": "observation",
        "ONLINE": True,
        "VETOED": False,
        "UPLOAD": False,
        "ICECUBE_UPLOAD": False,
        "BLINDED_NEUTRINOS": False,
        "MANUAL": False,
    }
    assert EventState(EVENT).flags == DEFAULT == Flags()


def test_every_flag_has_a_field_and_a_place() -> None:
    assert list(DEFAULT.as_mapping()) == [name.value for name in FlagName]


@pytest.mark.parametrize(
    ("preset", "differs"),
    [
        ("DEFAULT", {}),
        ("TRIGGERED_INTERNAL", {"ICECUBE_UPLOAD": True}),
        ("TRIGGERED_PUBLIC", {"UPLOAD": True, "ICECUBE_UPLOAD": True}),
        ("TRIGGERED_TEST", {"ROLE": "test"}),
        ("RERUN", {"ONLINE": False}),
        ("MANUAL", {"ONLINE": False, "MANUAL": True}),
    ],
)
def test_what_each_preset_says(preset: str, differs: dict[str, FlagValue]) -> None:
    assert PRESETS[preset].as_mapping() == {**DEFAULT.as_mapping(), **differs}


def test_all_presets_are_named_above() -> None:
    assert len(PRESETS) == 6


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_touches_the_operators_flag(preset: str) -> None:
    assert PRESETS[preset].VETOED is False
    assert FlagName.VETOED not in preset_changes(PRESETS[preset])
    assert preset_changes(PRESETS[preset]).keys() == set(FlagName) - {FlagName.VETOED}


def test_a_preset_leaves_what_is_to_be_kept() -> None:
    changes = preset_changes(PRESETS["MANUAL"], keep={"ONLINE", "ROLE"})

    assert changes.keys() == set(FlagName) - {FlagName.VETOED, FlagName.ONLINE, FlagName.ROLE}


def test_only_the_flags_that_change_are_changed() -> None:
    changed = DEFAULT.changed({FlagName.ROLE: "test", FlagName.UPLOAD: True})

    assert changed == Flags(ROLE="test", UPLOAD=True)
    assert Flags() == DEFAULT


def test_a_flags_digest_is_that_of_its_value() -> None:
    assert DEFAULT.digest(FlagName.UPLOAD) == digest_json(False)  # noqa: FBT003 - a value
    assert DEFAULT.digest(FlagName.ROLE) == digest_json("observation")


@pytest.mark.parametrize(
    ("is_test", "preset"), [(False, "TRIGGERED_PUBLIC"), (True, "TRIGGERED_TEST")]
)
def test_the_first_notice_sets_the_preset_that_fits_it(is_test: bool, preset: str) -> None:  # noqa: FBT001
    assert after_a_notice(EventState(EVENT), is_test=is_test).flags == PRESETS[preset]


def test_a_later_notice_sets_no_flag() -> None:
    state = after_a_notice(EventState(EVENT))
    state = set_flags(state, UPLOAD=False)

    later = a_trigger(AlertType.UPDATE, created=START + timedelta(hours=1), content="later")

    assert not evolve(state, later).flags.UPLOAD


def test_what_somebody_set_before_the_first_notice_stays() -> None:
    state = set_flags(EventState(EVENT), UPLOAD=False, ROLE="test")

    flags = after_a_notice(state).flags

    assert (flags.UPLOAD, flags.ROLE, flags.ICECUBE_UPLOAD) == (False, "test", True)


@pytest.mark.parametrize("vetoed", [True, False])
def test_a_notice_leaves_the_operators_veto_as_it_is(vetoed: bool) -> None:  # noqa: FBT001
    before = set_flags(EventState(EVENT), VETOED=vetoed)

    assert after_a_notice(before).flags.VETOED is vetoed
    assert set_flags(after_a_notice(EventState(EVENT)), VETOED=vetoed).flags.VETOED is vetoed


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_may_be_said_by_its_name_or_as_it_is(preset: str) -> None:
    assert (
        changes_meant(preset) == changes_meant(PRESETS[preset]) == preset_changes(PRESETS[preset])
    )


def test_a_mapping_sets_what_it_names_and_nothing_else() -> None:
    assert changes_meant({"UPLOAD": True}) == {FlagName.UPLOAD: True}
    assert changes_meant({FlagName.ROLE: "test"}) == {FlagName.ROLE: "test"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("MINE", "no preset MINE: use one of DEFAULT, "),
        ({"COLOUR": "red"}, "no flag COLOUR: use one of ROLE, "),
        ({5: True}, "no flag 5: use one of ROLE, "),
        ({"UPLOAD": "perhaps"}, "flags cannot be UPLOAD='perhaps': ROLE is 'observation' or"),
        ({"ROLE": True}, "flags cannot be ROLE=True"),
        (Flags(ROLE="villain"), "ROLE='villain'"),  # type: ignore[arg-type]
    ],
)
def test_flags_that_cannot_be_are_told(wrong: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        changes_meant(wrong)


@pytest.mark.parametrize("wrong", [None, True, ["UPLOAD"]])
def test_what_sets_no_flags_is_told(wrong: object) -> None:
    with pytest.raises(TypeError, match="sets no flags: give Flags, a preset's name or a dict"):
        changes_meant(wrong)
