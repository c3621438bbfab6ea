"""Histories as a person meets them: commands, git clients, copies, and a repository that breaks."""

import json
import subprocess
import tarfile
import urllib.request
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llama import Event
from llama.handlers.mock import mock_notice
from tests.support.system import System, running

pytestmark = pytest.mark.xdist_group("histories")
MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("histories")
    with running(folder / "home") as system:
        for number in (2, 3):
            notice = folder / f"{number}.json"
            latency = timedelta(minutes=number * 10)
            notice.write_bytes(mock_notice(MERGED, rounds=number, latency=latency))
            system.ingest(notice)
        yield system


@pytest.fixture(scope="module")
def event(system: System) -> str:
    return system.json("status")[0]["event"]


def commits(system: System, event: str) -> list[str]:
    return [one["commit"] for one in system.json("log", event, "--files") if one.get("commit")]


def address(system: System) -> str:
    return "http://" + (system.home / "run" / "gateway.address").read_text().strip()


def git(*arguments: str | Path) -> str:
    done = subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


def test_diff_tells_what_changed(system: System, event: str) -> None:
    told = system.json("diff", event, "0", "HEAD")
    text = system.run("diff", event, "0", "HEAD", "skymap_info.json").stdout.decode()

    changed = {one["file"]: one["what"] for one in told["changes"]}
    assert changed["alert.json"] == "changed"
    assert changed["skymap.fits"] == "added"
    assert text.startswith("--- /dev/null\n+++ b/skymap_info.json\n")


def test_show_saves_a_version_under_its_name(system: System, event: str, tmp_path: Path) -> None:
    old = system.json("show", event, "skymap.png", "--file-version", "0", "-o", tmp_path)
    new = system.run("show", event, "skymap.png", "-o", "-").stdout

    assert Path(old["path"]).name == f"{event}-v0-{old['commit'][:7]}-skymap.png"
    assert Path(old["path"]).read_bytes().startswith(b"\x89PNG")
    assert new == system.run("cat", event, "skymap.png").stdout != Path(old["path"]).read_bytes()


def test_the_gateway_gives_the_same_version(system: System, event: str, tmp_path: Path) -> None:
    told = system.json("show", event, "skymap.png", "--file-version", "0", "-o", tmp_path)

    url = f"{address(system)}/events/{event}/files/skymap.png?commit={told['commit']}"
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == Path(told["path"]).read_bytes()
        assert Path(told["path"]).name in answer.headers["Content-Disposition"]


def test_git_clones_from_the_gateway(system: System, event: str, tmp_path: Path) -> None:
    git("clone", "-q", f"{address(system)}/{event}.git", tmp_path / "clone")

    assert git("-C", tmp_path / "clone", "log", "--format=%H").split() == commits(system, event)
    assert git("-C", tmp_path / "clone", "fsck", "--strict") == ""
    png = system.run("cat", event, "skymap.png").stdout
    assert (tmp_path / "clone" / "skymap.png").read_bytes() == png


def test_a_clone_is_an_event_with_the_same_history(
    system: System, event: str, tmp_path: Path
) -> None:
    system.run("clone", event, tmp_path)
    again = system.run("clone", event, tmp_path, "--commit", "1", check=False)

    newest_first = [one.commit for one in reversed(Event(event, tmp_path).versions)]
    assert newest_first == commits(system, event)
    assert again.returncode == 1
    assert b"clobber" in again.stderr


def test_compare_tells_what_differs(system: System, event: str, tmp_path: Path) -> None:
    system.run("clone", event, tmp_path)
    same = system.run("compare", event, tmp_path / event, "--json")
    (tmp_path / event / "summary.html").write_text("edited")
    other = system.run("compare", event, tmp_path / event, "--json", check=False)

    assert json.loads(same.stdout)["mismatch"] == []
    assert (other.returncode, json.loads(other.stdout)["mismatch"]) == (1, ["summary.html"])


def test_tarballs_of_equal_files_are_equal(system: System, event: str, tmp_path: Path) -> None:
    for name in ("one", "other"):
        system.run("tarball", event, "-o", tmp_path / name, "--commit", "HEAD")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    with tarfile.open(tmp_path / "one") as archive:
        assert f"{event}/skymap.fits" in archive.getnames()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", "@", "nothing.txt"), "never had a file nothing.txt: it had alert.json"),
        (("diff", "@", "999"), "999"),
        (("diff", "S9"), "S9 has no version history"),
        (("diff", "../x"), "../x"),
        (("show", "@", "skymap.png", "--file-version", "77"), "has no version 77"),
        (("show", "@", "skymap.png", "--commit", "0"), "had no file skymap.png at revision 0"),
        (("show", "@", "x", "--commit", "0", "--file-version", "0"), "not both"),
        (("clone", "S9"), "nothing about S9 has come in"),
        (("compare", "@", "nowhere"), "neither an event"),
        (("tarball", "@", "--commit", "beefbeef"), "there is no revision beefbeef"),
    ],
)
def test_errors_say_what_to_do(
    system: System, event: str, arguments: tuple[str, ...], words: str
) -> None:
    done = system.run(*(event if word == "@" else word for word in arguments), check=False)

    assert done.returncode in {1, 2}
    assert words in " ".join(done.stderr.decode().split())
    assert "Traceback" not in done.stderr.decode()


def test_a_damaged_repository_is_found_and_written_again_with_equal_hashes(
    system: System, event: str, tmp_path: Path
) -> None:
    """Last in this module: it breaks the system's history, and mends it."""
    before = commits(system, event)
    for pack in (system.home / "history").glob("shard-?/objects/pack/*.pack"):
        content = bytearray(pack.read_bytes())
        content[len(content) // 2] ^= 0xFF
        pack.chmod(0o644)
        pack.write_bytes(content)

    found = system.run("verify", "--json", check=False)
    system.run("rebuild", "--history")

    assert "llama rebuild --history" in found.stdout.decode()
    assert commits(system, event) == before
    assert system.json("verify") == []
    git("clone", "-q", f"{address(system)}/{event}.git", tmp_path / "clone")
