"""What makes files outlast a loss of power."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make durable which files are in a folder: those that were renamed into it, or out of it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
