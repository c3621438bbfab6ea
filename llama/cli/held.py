"""Whether somebody has paused publication, and which handlers wait for that."""

from llama.cli.output import progress
from llama.cli.session import Session
from llama.domain.errors import Misconfigured
from llama.domain.held import Held
from llama.runtime.deployment import last_deployment
from llama.runtime.pipelines import load_pipeline


async def held_in(session: Session) -> Held | None:
    """Return what a pause holds up; None if publication goes on.

    Which handlers publish, the pipeline says that runs. If it cannot be read here, that is said.
    """
    from llama.adapters.postgres.pauses import PostgresPauses

    pause = await PostgresPauses(session.models.database).paused()
    if pause is None:
        return None
    running = last_deployment(session.settings)
    try:
        handlers = load_pipeline(running.module if running else session.settings.pipeline)
    except Misconfigured as error:
        progress(f"{pause}; which files wait for that is not known here: {error}")
        return None
    return Held(pause, {name for name, one in handlers.items() if one.PUBLISHES})
