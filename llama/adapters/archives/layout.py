"""What stands where in an exported archive."""

import re

INDEX = "index.jsonl"
RAW = "raw"
TAR = ".tar"
"""How the name of an archive ends that is one file."""
OTHERS = re.compile(r"\.(tar|t[gx]z|tbz2?|tzst|gz|bz2|xz|zst|zip|7z)", re.IGNORECASE)
"""How names end of files that archives are not: packed, or read elsewhere as a tar file."""
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_NOTICE_BYTES = 24 * 1024 * 1024
"""Of one notice: as many as a record of an alert topic may have."""
MOST_LINE_BYTES = 64 * 1024
"""Of one line of the list; ours have less than 6000."""
