"""The command line of every git process: nothing of the machine, user or repository decides."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import git

from llama.domain.errors import Unavailable

SETTINGS = {
    # A repository (or whoever put a file into it) must not make git start a program.
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.fsync": "all",
    # Every checkpoint is a pack: loose objects would cost a file each.
    "fastimport.unpackLimit": "1",
    # Maps and pictures are compressed already: level 1, and no search for differences.
    "core.compression": "1",
    "core.bigFileThreshold": "512k",
    "gc.auto": "0",
    "maintenance.auto": "false",
}


def command_line(
    root: Path,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the arguments of a git process on a repository, in an environment of our own.

    GIT_DIR is explicit: git then asks neither whose repository it is nor looks for another one.
    `settings` and `variables` (of the environment) come on top of those that all have.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_DIR": str(root.absolute()),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        # What a repository lacks is not fetched from where its settings say, by their programs.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
        **(variables or {}),
    }
    chosen = SETTINGS | dict(settings or {})
    options = [word for key, value in chosen.items() for word in ("-c", f"{key}={value}")]
    clean = ["env", "-i", *(f"{key}={value}" for key, value in environment.items())]
    return [*clean, "git", *options, *arguments]


def run_git(root: Path, *arguments: str) -> str:
    """Run a git command to its end and return its output; Unavailable if it fails. Blocks."""
    try:
        return git.Git(root).execute(command_line(root, *arguments))
    except git.CommandError as error:
        message = f"git {arguments[0]} on {root} failed: {error}"
        raise Unavailable(f"{message}; look at the disk and the installed git") from error


def start_git(command: Sequence[str], *, inherit: tuple[int, ...] = ()) -> git.Git.AutoInterrupt:
    """Start a long-lived process by its command line; keep the handle, git ends with it.

    Its own session keeps the terminal's Ctrl-C from it: it ends when we say so.
    """
    try:
        return git.Git().execute(
            list(command),
            istream=subprocess.PIPE,
            as_process=True,
            pass_fds=inherit,
            start_new_session=True,
        )
    except (git.CommandError, OSError) as error:
        raise Unavailable(f"git does not start: {error}; install git") from error
