"""Secrets come from files that nobody else can read, and go nowhere else."""

import os
import stat
from pathlib import Path

from llama.domain.errors import Misconfigured

LARGEST_SECRET = 64 * 1024
"""Bytes; whoever names a larger file has named another one than was meant."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_secret(path: str, what: str) -> str:
    """Return the secret in a file, without the white space around it.

    Misconfigured if the file is not there, empty, or others may read it; `what` says what it is.
    """
    named = Path(path).expanduser()
    try:
        with named.open("rb") as file:
            kept = os.fstat(file.fileno())
            if not stat.S_ISREG(kept.st_mode):
                raise Misconfigured(f"{what}: {named} is no file: name one that holds nothing else")
            if kept.st_mode & _OTHERS:
                raise Misconfigured(
                    f"{what}: others may read {named}: make it yours alone, chmod 600 {named}"
                )
            content = file.read(LARGEST_SECRET + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Misconfigured(f"{what}: {named} cannot be read ({why}): correct its path") from error
    return _text(content, f"{what}: {named}")


def _text(content: bytes, said: str) -> str:
    try:
        text = content.decode("utf-8").strip() if len(content) <= LARGEST_SECRET else ""
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable():
        # Without the cause: it would repeat bytes of the file.
        raise Misconfigured(f"{said} holds no secret in one line of text: write it anew") from None
    return text
