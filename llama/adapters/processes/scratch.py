"""The folder in which a child works: that of its last run under a new name, if that left it empty.

Renaming a folder takes microseconds; making and removing one writes to the disk's journal. For the
same reason paths are texts here: as objects they take longer than what is done with them.
"""

import os
import shutil
import stat

_OWN = stat.S_IFDIR | 0o700


class Scratch:
    """Gives each run of a child a folder of its own, empty but for the event's empty folder."""

    def __init__(self) -> None:
        self._spare = ""
        """The folder of a run that is over; empty: there is none."""
        self._event = ""
        """The name of the folder in it."""

    def take(self, outputs: str) -> None:
        """Make the event's folder for a run, `<folder of the run>/<event>`. Blocks."""
        if not self._spare:
            os.makedirs(outputs)  # noqa: PTH103 - see above
            return
        folder = outputs.rpartition("/")[0]
        os.rename(self._spare, folder)  # noqa: PTH104
        os.rename(f"{folder}/{self._event}", outputs)  # noqa: PTH104
        self._spare = ""

    def give_back(self, outputs: str) -> None:
        """Have the run's folder gone, with whatever is in it. Blocks."""
        folder, _, event = outputs.rpartition("/")
        if not _is_empty(folder, event):
            shutil.rmtree(folder, ignore_errors=True)
            return
        self._spare, self._event = folder.rpartition("/")[0] + "/spare", event
        os.rename(folder, self._spare)  # noqa: PTH104


def _is_empty(folder: str, event: str) -> bool:
    """Whether there is nothing but the event's folder, and both are as they were made."""
    inner = f"{folder}/{event}"
    try:
        return (
            os.listdir(folder) == [event]  # noqa: PTH208 - see above
            and os.lstat(folder).st_mode == os.lstat(inner).st_mode == _OWN
            and not os.listdir(inner)  # noqa: PTH208
        )
    except OSError:  # it was removed, or made unreadable
        return False
