"""Resources: files of the deployment, the same for all events, that handlers use as inputs."""

import pytest
from pydantic import ValidationError

from llama import FileHandler, Inputs, PermanentError, ResourceHandler, uses, veto_input
from llama.client.trial import GivenInputs
from llama.domain.contents import digests_in
from llama.domain.digests import digest_bytes
from llama.domain.drawing.graph import dot_of
from llama.domain.drawing.pipeline_graph import pipeline_dot
from llama.domain.errors import PipelineError, PipelineInconsistent
from llama.domain.event_state import replay
from llama.domain.manifests import manifest_of, spec_of
from llama.domain.needs import Assessor
from llama.domain.pipeline import pipeline_of
from llama.domain.revisions import changed_files
from llama.domain.shown import shown_files
from llama.domain.why import explanation_of
from llama.domain.work import Step
from schemas.facts import PipelineAdopted
from schemas.files import DependencySpec, Manifest
from tests.support.facts import EVENT, Story, a_pipeline
from tests.support.handlers_for_events import Notice
from tests.support.resources import CALIBRATING, CURVES, Calibrated, Curves, using

GRAPH = "alert -> skymap -> plot"
INPUT = f"{CURVES}#whole"


def adoption(story: Story, content: str, *, epoch: int, graph: str = GRAPH) -> Step:
    """Let an event adopt a pipeline in which the map is made from a resource, too."""
    manifest = using(a_pipeline(graph), "skymap", content)
    fact = PipelineAdopted(
        id=f"adoption-{epoch}", occurred_at=story.now, event=EVENT, epoch=epoch, manifest=manifest
    )
    return story.tell(fact)


def a_settled_story(content: str = "first") -> Story:
    story = Story(GRAPH)
    adoption(story, content, epoch=2)
    story.notice()
    story.settle()
    return story


def reasons(story: Story) -> dict[str, str]:
    return {file.name: f"{file.status}: {file.reason}" for file in shown_files(story.state)}


class Wordy(ResourceHandler):
    FILENAME = "words.txt"

    @classmethod
    def resource(cls) -> bytes:
        return "text"  # type: ignore[return-value] # what it is about


class UsesWords(FileHandler):
    FILENAME = "used.txt"
    DEPENDENCIES = (Wordy,)

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[Wordy].content


def test_a_resource_stands_in_the_manifest_by_its_digest_alone() -> None:
    manifest = manifest_of(CALIBRATING, {Curves: b"these"})

    assert [spec.name for spec in manifest.handlers] == ["Notice", "Calibrated", "Counted"]
    used = DependencySpec(file=CURVES, aspects=("whole",), fixed=digest_bytes(b"these"))
    assert used in manifest.handlers[1].dependencies


def test_another_content_is_another_deployment_and_the_same_one_is_not() -> None:
    contents = (b"first", b"first", b"second")
    first, again, second = (manifest_of(CALIBRATING, {Curves: one}) for one in contents)

    assert first == again
    assert first.digest != second.digest


def test_it_is_read_once_for_all_who_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Curves, "read", 0)

    manifest_of(CALIBRATING)

    assert Curves.read == 1


def test_one_that_nobody_uses_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Curves, "read", 0)

    manifest_of(pipeline_of([Notice, Curves]))

    assert Curves.read == 0


def test_one_that_is_no_bytes_is_refused() -> None:
    with pytest.raises(PipelineError, match=r"Wordy\.resource returned a str: return all bytes"):
        manifest_of(pipeline_of([Wordy, UsesWords]))


def test_a_resource_is_not_made() -> None:
    with pytest.raises(PermanentError, match="is a resource of the deployment and is not made"):
        Curves().generate(GivenInputs({}))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("DEPENDENCIES", (Notice,)), ("FLAGS", ("ROLE",)), ("ASPECTS", ("part",))],
)
def test_a_resource_that_is_declared_like_a_file_is_refused(attribute: str, value: object) -> None:
    odd = type("Odd", (Curves,), {"FILENAME": "odd.npz", attribute: value})

    with pytest.raises(PipelineError, match=rf"Odd\.{attribute} is .*: leave it empty"):
        spec_of(odd)


def test_a_resource_that_is_made_along_is_refused() -> None:
    along = type("Along", (Curves,), {"FILENAME": "along.npz"})
    odd = type("Odd", (Curves,), {"FILENAME": "odd.npz", "MANIFEST_TYPES": (along,)})

    with pytest.raises(PipelineError, match="made together with others"):
        spec_of(odd)


def test_a_veto_that_looks_at_a_resource_is_refused() -> None:
    veto = veto_input(Curves, "whole", is_=None)
    odd = type("Odd", (Calibrated,), {"FILENAME": "odd.txt", "VETOES": (veto,)})

    with pytest.raises(PipelineInconsistent, match="Curves, a resource: the same for every event"):
        pipeline_of([Notice, Curves, odd])


def test_an_aspect_of_a_resource_is_refused() -> None:
    odd = type("Odd", (Calibrated,), {"FILENAME": "odd.txt", "DEPENDENCIES": (uses(Curves, "x"),)})

    with pytest.raises(PipelineInconsistent, match="Odd uses x of Curves, which has only whole"):
        pipeline_of([Curves, odd])


@pytest.mark.parametrize(
    ("aspects", "file", "other"),
    [
        (("whole", "part"), CURVES, "first"),
        (("whole",), "alert.json", "first"),
        (("whole",), CURVES, "second"),
    ],
)
def test_a_manifest_with_a_resource_that_cannot_be_is_refused(
    aspects: tuple[str, ...], file: str, other: str
) -> None:
    manifest = using(a_pipeline("alert -> skymap"), "skymap", "first").model_dump()
    fixed = digest_bytes(other.encode())
    used = {"file": file, "aspects": aspects, "fixed": fixed}
    odd = {"name": "odd", "files": ("odd.txt",), "dependencies": (used,), "code": "1"}

    with pytest.raises(ValidationError, match="resource"):
        Manifest.model_validate({**manifest, "handlers": (*manifest["handlers"], odd)})


def test_a_run_is_given_its_digest_as_an_input() -> None:
    story = Story(GRAPH)
    adoption(story, "first", epoch=2)
    story.notice()

    [task] = story.tasks()

    assert task.inputs[INPUT] == digest_bytes(b"first")
    assert [content.file for content in task.contents] == ["alert.json"]


def test_another_content_makes_what_used_it_obsolete_and_says_why() -> None:
    story = a_settled_story()

    step = adoption(story, "second", epoch=3)

    was, now = (digest_bytes(one) for one in (b"first", b"second"))
    assert reasons(story)["skymap.json"] == f"obsolete: {INPUT} changed from {was[:8]} to {now[:8]}"
    assert reasons(story)["plot.json"].startswith("waiting: ")
    assert step.outlook.reassessed.keys() == {"skymap", "plot"}


def test_an_equal_result_from_another_content_makes_nothing_below_it_again() -> None:
    story = a_settled_story()
    text = "the same map"
    story.make_again("skymap", text)
    story.settle()

    adoption(story, "second", epoch=3)
    story.make("skymap", text)

    assert {reason.partition(":")[0] for reason in reasons(story).values()} == {"current"}


def test_the_same_content_once_more_changes_nothing() -> None:
    story = a_settled_story()
    before = reasons(story)

    step = adoption(story, "first", epoch=3)

    assert reasons(story) == before
    assert step.outlook.reassessed == {}


def test_a_resource_is_among_no_files_and_in_no_history() -> None:
    story = a_settled_story()

    step = adoption(story, "second", epoch=3)

    assert CURVES not in reasons(story)
    assert CURVES not in story.state.tree
    assert changed_files(step.before, step.after) == {}


def test_the_state_of_an_earlier_moment_has_the_content_of_then() -> None:
    story = a_settled_story()
    adoption(story, "second", epoch=3)

    earlier = replay(EVENT, [step.fact for step in story.steps[:-1]])

    [skymap] = [spec for spec in Assessor(earlier).handlers if spec.name == "skymap"]
    assert Assessor(earlier).inputs_of(skymap)[INPUT] == digest_bytes(b"first")


def test_it_is_explained_like_any_other_input() -> None:
    story = a_settled_story()
    adoption(story, "second", epoch=3)

    why = explanation_of(story.state, "skymap.json", now=story.now)

    [told] = [one for one in why.inputs if one.input == INPUT] if why else []
    assert (told.used, told.latest) == (digest_bytes(b"first"), digest_bytes(b"second"))
    assert told.changed


def test_an_adoption_refers_to_the_bytes_of_its_resources() -> None:
    step = adoption(Story(GRAPH), "first", epoch=2)

    assert list(digests_in(step.fact)) == [digest_bytes(b"first")]


def test_the_graph_of_an_event_has_a_box_for_it_that_is_no_file_to_come() -> None:
    dot = dot_of(a_settled_story().state, title="S1")

    assert f"<B>{CURVES}</B>" in dot
    assert f"resource {digest_bytes(b'first')[:12]}" in dot
    assert "r0 -> n" in dot
    assert "missing" not in dot


def test_the_graph_of_a_pipeline_says_that_it_is_a_resource() -> None:
    dot = pipeline_dot(CALIBRATING, title="pipeline", bgcolor="white")

    assert f"Curves: {CURVES} (resource of the deployment)" in dot
