"""The errors of this project.

LlamaError
├── PipelineError           the handlers do not fit together (a TypeError)
│   └── PipelineInconsistent    something that they need is not among them (also a ValueError)
├── NoPipeline              a module has no handlers, or lists what are none (a ValueError)
├── ArtifactMissing         the store has no such artifact
├── ArtifactCorrupt         the bytes do not hash to the artifact's name
├── Fenced                  somebody else has taken over this work
├── Unavailable             a server does not answer (now): try again
├── Misconfigured           a server, topic or setting is not as it must be
├── HistoryCorrupt          a repository is not what the log says
├── RecordsSkipped          what reads a topic was not given all of its records
├── ActRefused              an operator's act makes no sense as things stand
├── ArchiveRefused          what should be an exported archive of notices is none, or not whole
├── EventFolderCorrupt      an event's folder is not what this project wrote
├── NoMoment                a text is no moment at which one could have looked (a ValueError)
├── NoPosition              a text is no place in the stream of changes (a ValueError)
├── ReadOnlyEvent           the event's folder is a copy of a running system's event
├── GitRepoUninitialized    the event has no version history (yet)
├── UnknownRevision         an event's history has no such revision (a ValueError)
└── RepositoryRefused       a git client asks for what is not the event's
"""


class LlamaError(Exception):
    """Something that this project knows how to explain went wrong."""


class PipelineError(LlamaError, TypeError):
    """The handlers of a pipeline do not fit together."""


class PipelineInconsistent(PipelineError, ValueError):
    """The handlers of a pipeline need something that is not among them."""


class NoPipeline(LlamaError, ValueError):
    """A module has no handlers, or lists as its pipeline what are none."""


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


class RecordsSkipped(LlamaError):
    """Who reads a topic was not given all of its records."""


class ActRefused(LlamaError):
    """An operator's act makes no sense as things stand."""


class ArchiveRefused(LlamaError):
    """What should be an exported archive of notices is none, or is not whole."""


class EventFolderCorrupt(LlamaError):
    """An event's folder is not what this project wrote."""


class NoMoment(LlamaError, ValueError):
    """A text is no moment at which one could have looked."""


class NoPosition(LlamaError, ValueError):
    """A text is no place in the stream of changes."""


class ReadOnlyEvent(LlamaError):
    """The event's folder is a copy of a running system's event: it is for reading."""


class GitRepoUninitialized(LlamaError):
    """The event has no version history."""


class RepositoryRefused(LlamaError):
    """A git client asks for something that this event's repository does not give."""


class UnknownRevision(LlamaError, ValueError):
    """An event's history has no such revision."""


class NoRevision(UnknownRevision):
    """A word is neither a number, nor a commit, nor a moment: no history has such a revision."""
