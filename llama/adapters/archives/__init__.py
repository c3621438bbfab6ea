"""Exported archives of notices: folders, and tar files of the same layout.

index.jsonl      one line for each copy, in the order in which they arrived
raw/SHA256       the bytes of each different one
"""

from llama.adapters.archives.reading import is_archive, open_archive
from llama.adapters.archives.writing import write_archive

__all__ = ["is_archive", "open_archive", "write_archive"]
