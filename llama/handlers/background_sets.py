"""background_sets.npz: the background sets of this deployment."""

import os
from pathlib import Path

from llama.domain.errors import Misconfigured
from llama.domain.kinds import ResourceHandler

FOLDER = "LLAMA_BACKGROUNDS"
"""The variable of the environment that names the folder of sets."""
HOME = "LLAMA_HOME"


class BackgroundSets(ResourceHandler):
    """All sets that are known here: those of the package, and those of the deployment's folder.

    The folder is LLAMA_BACKGROUNDS, or `backgrounds` in LLAMA_HOME; one that is not there has no
    sets. `llama background build` puts sets there.
    """

    FILENAME = "background_sets.npz"
    CODE_VERSION = "1"

    @classmethod
    def resource(cls) -> bytes:
        """Return them as one file; Misconfigured if a file of the folder is no set."""
        from llama.handlers.background.collection import to_bytes
        from llama.handlers.background.store import Store, package_sets

        sets = [*package_sets().values()]
        folder = _folder()
        if folder is not None:
            found = Store(folder).found()
            for name, reason in found.refused.items():
                message = f"{folder / name} is no background set: {reason}"
                raise Misconfigured(f"{message}; move it away, or name another {FOLDER}")
            sets += found.sets.values()
        return to_bytes(sets)


def _folder() -> Path | None:
    """Return the folder of the deployment's sets; None if there is no telling."""
    named, home = os.environ.get(FOLDER, ""), os.environ.get(HOME, "")
    if named:
        return Path(named).expanduser()
    return Path(home).expanduser() / "backgrounds" if home else None
