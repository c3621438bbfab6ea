"""The errors of this project.

LlamaError
├── PipelineError           the handlers do not fit together
├── ArtifactMissing         the store has no such artifact
├── ArtifactCorrupt         the bytes do not hash to the artifact's name
├── Fenced                  somebody else has taken over this work
├── Unavailable             a server does not answer (now): try again
├── Misconfigured           a server, topic or setting is not as it must be
└── HistoryCorrupt          a repository is not what the log says
"""


class LlamaError(Exception):
    """Something that this project knows how to explain went wrong."""


class PipelineError(LlamaError, TypeError):
    """The handlers of a pipeline do not fit together."""


class ArtifactMissing(LlamaError):
    """The artifact store has no such artifact."""


class ArtifactCorrupt(LlamaError):
    """The bytes of an artifact do not hash to its name."""


class Fenced(LlamaError):
    """Another instance has taken over: what was under way here must be dropped."""


class Unavailable(LlamaError):
    """A server does not answer."""


class Misconfigured(LlamaError):
    """A server, a topic or a setting is not as it must be."""


class HistoryCorrupt(LlamaError):
    """A version history is not what the log says it is."""
