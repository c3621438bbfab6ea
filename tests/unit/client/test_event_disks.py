"""An event on a disk that is full, or that one may only read."""

import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from llama.domain.errors import Unavailable
from tests.support.handlers_for_events import a_made_event, an_event, kinds, texts
from tests.unit.client.test_event_processes import start


def with_files_of_at_most(size: int, work: Callable[[], object]) -> None:
    """Do something while no file can grow beyond a size, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        work()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("size", [0, 10, 600, 1500, 2500])
def test_a_full_disk_is_told_and_the_next_update_completes(tmp_path: Path, size: int) -> None:
    event = an_event(tmp_path)

    with pytest.raises(Unavailable, match=r"look at its disk|free space"):
        with_files_of_at_most(size, event.update)

    event.update()
    assert texts(event)["report.html"] == "<p>A NOTICE{'length': 8}"
    assert kinds(event).count("FilePut") == 1


READ_ONLY = """
import ctypes, sys
# Without capabilities root, too, may only do what the permissions of its files say.
ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())
from llama.client.event import Event
from llama.domain.errors import Unavailable
from tests.support.handlers_for_events import GOOD
event = Event("S190814bv", sys.argv[1], GOOD)
event.printstatus(unicode=False, cruft=True)
print(event.files.downselect(needregen=True), event.flags.UPLOAD)
for work in (event.update, lambda: event.acts.flags(UPLOAD=True), Event("S2", sys.argv[1]).init):
    try:
        work()
    except Unavailable as error:
        print("refused", "look at its disk and permissions" in str(error))
"""


def test_an_event_that_one_may_only_read_can_be_looked_at(
    tmp_path: Path, repository_root: Path
) -> None:
    event = a_made_event(tmp_path)
    event.files.Upper.fullpath.write_text("edited by its owner")
    for path in (tmp_path, *event.eventdir.rglob("*"), event.eventdir):
        path.chmod(0o555)

    with start(READ_ONLY, tmp_path, root=repository_root) as reader:
        printed, errors = reader.communicate()

    tmp_path.chmod(0o755)
    lines = printed.decode().splitlines()
    assert lines[-4:] == ["FileGraph(Pair, Table) False", *["refused True"] * 3], errors.decode()
