"""What the fold has to know about a pipeline: a manifest, the same for equal declarations."""

from datetime import datetime

from llama.domain.declarations import refuse_odd_declaration
from llama.domain.digests import digest_bytes, digest_json
from llama.domain.handler import Dependency, FileHandler, dependencies_of, maker_of
from llama.domain.kinds import TriggeredHandler
from llama.domain.pipeline import Handlers
from llama.domain.resources import Resources, is_resource, read_resources, without_resources
from schemas.facts import PipelineAdopted
from schemas.files import DependencySpec, HandlerSpec, Manifest


def manifest_of(handlers: Handlers, resources: Resources | None = None) -> Manifest:
    """Return what the fold has to know about a pipeline; PipelineError if it cannot be said.

    `resources` are the contents that the deployment brings along, if they were read before: keep
    them as artifacts before an event adopts the manifest, for its workers need them.
    """
    made = without_resources(handlers)
    known = read_resources(made.values()) if resources is None else resources
    makers = [handler for handler in made.values() if maker_of(handler) is handler]
    specs = tuple(spec_of(handler, known) for handler in makers)
    digest = digest_json([spec.model_dump(mode="json") for spec in specs])
    return Manifest(digest=digest, handlers=specs)


def adoption_of(
    event: str, manifest: Manifest, *, epoch: int, at: datetime, cause: str = ""
) -> PipelineAdopted:
    """Return the fact that an event goes by a pipeline from now on, the same whoever says it."""
    return PipelineAdopted(
        id=digest_json([event, manifest.digest, epoch])[:32],
        cause=cause,
        occurred_at=at,
        event=event,
        epoch=epoch,
        manifest=manifest,
    )


def spec_of(handler: type[FileHandler], resources: Resources | None = None) -> HandlerSpec:
    """Return the declaration of one handler; PipelineError if a value is out of its range.

    Without the `resources` that it uses it is none that an event could adopt.
    """
    for one in handler.MANIFEST_TYPES:
        refuse_odd_declaration(one)
    return _spec(handler, resources or {})


def _dependency(need: Dependency, resources: Resources) -> DependencySpec:
    content = resources.get(need.handler) if is_resource(need.handler) else None
    return DependencySpec(
        file=need.handler.FILENAME,
        aspects=need.aspects,
        optional=need.optional,
        fixed=None if content is None else digest_bytes(content),
    )


def _spec(handler: type[FileHandler], resources: Resources) -> HandlerSpec:
    return HandlerSpec.model_validate(
        {
            "name": handler.__name__,
            "kind": "triggered" if issubclass(handler, TriggeredHandler) else "made",
            "files": tuple(one.FILENAME for one in handler.MANIFEST_TYPES),
            "dependencies": tuple(
                _dependency(need, resources) for need in dependencies_of(handler)
            ),
            "code": handler.CODE_VERSION,
            "timeout_s": handler.TIMEOUT_S,
            "max_attempts": handler.MAX_ATTEMPTS,
            "cool_down_s": handler.COOL_DOWN_S,
            "cool_down_factor": handler.COOL_DOWN_FACTOR,
            "longest_cool_down_s": handler.LONGEST_COOL_DOWN_S,
            "resource_class": handler.RESOURCE_CLASS,
            "flags": handler.FLAGS,
            "vetoes": tuple(veto.spec for veto in handler.VETOES),
            "once": handler.ONCE,
            "speaks_when_withdrawn": handler.SPEAKS_WHEN_WITHDRAWN,
        }
    )
