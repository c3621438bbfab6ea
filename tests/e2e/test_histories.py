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
from tests.support.small_pipeline import SMALL
from tests.support.system import System, running

MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("histories")
    with running(folder / "home", environment=SMALL) as system:
        for number in (2, 3):
            notice = folder / f"{number}.json"
            latency = timedelta(minutes=number * 10)
            notice.write_bytes(mock_notice(MERGED, rounds=number, latency=latency))
            system.ingest(notice)
        yield system


@pytest.fixture(scope="module")
def event(system: System) -> str:
    return system.json("status")[0]["event"]


@pytest.fixture(scope="module")
def retracted(system: System, event: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return another event, which was made and retracted; `event` stays the newest."""
    folder, merged = tmp_path_factory.mktemp("retracted"), MERGED - timedelta(days=1)
    for alert_type in ("PRELIMINARY", "RETRACTION"):
        notice = folder / f"{alert_type}.json"
        latency = timedelta(minutes=10 if alert_type == "PRELIMINARY" else 20)
        notice.write_bytes(mock_notice(merged, alert_type=alert_type, rounds=2, latency=latency))
        system.ingest(notice)
    return next(row["event"] for row in system.json("status") if row["event"] != event)


def commits(system: System, event: str) -> list[str]:
    return [one["commit"] for one in system.json("log", event, "--files") if one.get("commit")]


def address(system: System) -> str:
    return "http://" + (system.home / "run" / "gateway.address").read_text().strip()


def git(*arguments: str | Path) -> str:
    done = subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


def test_diff_tells_what_changed(system: System, event: str) -> None:
    told = system.json("diff", event, "0", "HEAD")
    text = system.run("diff", event, "0", "HEAD", "SkymapInfo").stdout.decode()
    same = system.run("diff", event, "1", "1").stdout.decode()

    changed = {one["file"]: one["what"] for one in told["changes"]}
    assert changed["alert.json"] == "changed"
    assert changed["skymap.fits"] == "added"
    header, _, rest = text.partition("\n")
    assert header.startswith(f"{event}: from revision 0 ({told['before'][:12]}, ")
    assert rest.startswith("--- /dev/null\n+++ b/skymap_info.json\n")
    assert same.endswith("\nno difference\n")


def test_a_moment_means_the_same_revision_everywhere(system: System, event: str) -> None:
    listed = system.json("log", event, "--files")
    for one in listed[2:4]:
        just_before = datetime.fromisoformat(one["since"]) - timedelta(microseconds=1)
        for moment, commit in ((one["since"], one["commit"]), (str(just_before), one["parent"])):
            then = system.json("log", event, "--files", "--as-of", moment)
            compared = system.json("diff", event, "0", moment)
            assert (then[0]["commit"], compared["after"]) == (commit, commit)
            assert compared["revisions"] == [0, then[0]["revision"]]


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
    assert b"--clobber" in again.stderr


def test_an_edited_clone_is_restored_only_if_it_is_said(
    system: System, event: str, tmp_path: Path
) -> None:
    system.run("clone", event, tmp_path)
    edited = tmp_path / event / "summary.html"
    edited.write_text("edited")

    refused = system.run("clone", event, tmp_path, check=False)
    assert (refused.returncode, edited.read_text()) == (1, "edited")
    system.run("clone", event, tmp_path, "--clobber")
    assert edited.read_bytes() == system.run("cat", event, "summary.html").stdout


def test_a_retraction_hides_what_was_valid_and_no_history(
    system: System, retracted: str, tmp_path: Path
) -> None:
    valid = system.run("tarball", retracted, "-o", f"{tmp_path}/new/")
    cloned = system.run("clone", retracted, tmp_path)
    system.run("tarball", retracted, "--commit", "HEAD", "-o", tmp_path / "all.tar.gz")
    system.run("compare", retracted, retracted)

    for said in (valid.stderr, cloned.stderr):
        assert b"is retracted: 4 files are hidden" in said
    assert [path.name for path in (tmp_path / retracted).glob("[!.]*")] == ["alert.json"]
    with tarfile.open(tmp_path / "new" / f"{retracted}.tar.gz") as archive:
        assert archive.getnames() == [f"{retracted}/alert.json"]
    with tarfile.open(tmp_path / "all.tar.gz") as archive:
        assert len(archive.getnames()) == 5


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
        (("diff", "@x"), "did you mean @?"),
        (("diff", "@", "2020-01-01"), "there was no revision at 2020-01-01 yet: the first, 0, is"),
        (("diff", "@", "2026-11-20T12:00"), "does not say its zone"),
        (("show", "@", "skymap.png", "--commit", "2199-01-01"), "is still to come"),
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
    done = system.run(*(word.replace("@", event) for word in arguments), check=False)

    assert done.returncode in {1, 2}
    assert words.replace("@", event) in " ".join(done.stderr.decode().split())
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
