"""Chooses what reads a source, by its kind."""

from contextlib import AbstractAsyncContextManager

from llama.adapters.sources.access import options_for
from llama.adapters.sources.folder import FolderFeed
from llama.adapters.sources.gcn import GcnFeed, gcn_options
from llama.adapters.sources.gracedb import GracedbFeed
from llama.adapters.sources.kafka import KafkaFeed
from llama.domain.sources.kinds import (
    AlertSource,
    FolderSource,
    GcnSource,
    GracedbSource,
    KafkaSource,
)
from llama.ports.sources import Feed, OpenFeed, Places


def opening_of(source: AlertSource) -> OpenFeed:
    """Return what opens a source; nothing is read, not even a secret, before that.

    Opening raises Misconfigured if a file with a secret is not as it must be.
    """

    def open_at(places: Places) -> AbstractAsyncContextManager[Feed]:
        match source:
            case KafkaSource():
                access = options_for(source.access)
                return KafkaFeed(source.server, source.topics, places, access=access)
            case GcnSource():
                return GcnFeed(source.topics, places, gcn_options(source))
            case FolderSource():
                return FolderFeed(source, places)
            case GracedbSource():
                return GracedbFeed(source, places)

    return open_at
