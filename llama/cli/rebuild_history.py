"""Writes the version histories again: `llama rebuild --history`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from llama.cli.output import print_line, progress
from llama.cli.session import Session, open_log
from llama.domain.shards import SHARDS

Shards = Annotated[
    list[int] | None,
    typer.Option("--shard", min=0, max=SHARDS - 1, help="Only this repository; may be repeated."),
]


async def rebuild_histories(session: Session, shards: Sequence[int]) -> None:
    """Write the histories of some shards again, one after the other; versioning waits for each."""
    from llama.adapters.git.replacing import replacing, set_aside_unsharded
    from llama.client.history_rebuild import HistoryRebuild

    folder = session.settings.history_folder
    set_aside_unsharded(folder)
    async with open_log(session) as log:
        rebuild = HistoryRebuild(log.reader, session.artifacts)
        for shard in shards:
            progress(f"writing repository {shard} of {SHARDS} again ...")
            async with replacing(folder, shard) as histories:
                written = await rebuild.write(shard, histories)
            print_line(f"shard-{shard}: {written:,} revisions")
    print_line(f"what each was before stays beside it, in {folder}, as shard-N.replaced")
