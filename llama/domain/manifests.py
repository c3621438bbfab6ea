"""What the fold has to know about a pipeline: a manifest, the same for equal declarations."""

from datetime import datetime

from llama.domain.declarations import refuse_odd_declaration
from llama.domain.digests import digest_json
from llama.domain.handler import FileHandler, dependencies_of, maker_of
from llama.domain.kinds import TriggeredHandler
from llama.domain.pipeline import Handlers
from schemas.facts import PipelineAdopted
from schemas.files import DependencySpec, HandlerSpec, Manifest


def manifest_of(handlers: Handlers) -> Manifest:
    """Return what the fold has to know about a pipeline; PipelineError if it cannot be said."""
    makers = [handler for handler in handlers.values() if maker_of(handler) is handler]
    specs = tuple(spec_of(handler) for handler in makers)
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


def spec_of(handler: type[FileHandler]) -> HandlerSpec:
    """Return the declaration of one handler; PipelineError if a value is out of its range."""
    for one in handler.MANIFEST_TYPES:
        refuse_odd_declaration(one)
    return _spec(handler)


def _spec(handler: type[FileHandler]) -> HandlerSpec:
    return HandlerSpec.model_validate(
        {
            "name": handler.__name__,
            "kind": "triggered" if issubclass(handler, TriggeredHandler) else "made",
            "files": tuple(one.FILENAME for one in handler.MANIFEST_TYPES),
            "dependencies": tuple(
                DependencySpec(
                    file=need.handler.FILENAME, aspects=need.aspects, optional=need.optional
                )
                for need in dependencies_of(handler)
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
        }
    )
