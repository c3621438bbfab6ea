"""The pages for people agree with the repository they describe."""

import re
import subprocess
from pathlib import Path

import pytest

from llama.domain.assessment import Status
from llama.domain.states import Outcome

LINK = re.compile(r"\[[^\]]+\]\((?!https?://|mailto:|#)([^)#]+)")
NAMED_PATH = re.compile(r"`((?:llama|schemas|services|infra|tests|docs)/[\w/.-]+)`")
VERB = re.compile(r"`make ([a-z]+)")
PAGES = ("*.md", "docs/**/*.md")


@pytest.fixture
def pages(repository_root: Path) -> list[Path]:
    found = [page for pattern in PAGES for page in sorted(repository_root.glob(pattern))]
    assert found
    return found


def test_every_link_of_a_page_leads_somewhere(pages: list[Path]) -> None:
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]

    assert not broken


def test_every_path_named_in_a_page_exists(pages: list[Path], repository_root: Path) -> None:
    missing = [
        f"{page.name}: {path}"
        for page in pages
        if page.name != "CHANGELOG.md"  # it also tells of what is gone
        for path in NAMED_PATH.findall(page.read_text())
        if not (repository_root / path).exists() and "NNNN" not in path
    ]

    assert not missing


def test_every_verb_named_in_a_page_is_one_of_make(
    pages: list[Path], repository_root: Path
) -> None:
    told = subprocess.run(
        ["make", "help"], cwd=repository_root, capture_output=True, text=True, check=True
    )
    verbs = set(re.findall(r"^  (\w+) +\S", told.stdout, re.MULTILINE))
    named = {verb for page in pages for verb in VERB.findall(page.read_text())}

    assert {"demo", "test", "clean"} <= verbs
    assert named <= verbs


def test_the_glossary_explains_every_status_of_a_file(repository_root: Path) -> None:
    text = (repository_root / "docs" / "glossary.md").read_text()

    explained = re.findall(r"^\| \*\*(\w+)\*\* \|", text, re.MULTILINE)

    assert sorted(explained) == sorted(Status)


def test_the_glossary_explains_every_outcome_of_a_fact(repository_root: Path) -> None:
    text = (repository_root / "docs" / "glossary.md").read_text()
    entry = text.partition("**Outcome**")[2].partition("\n\n")[0]

    assert all(f"*{outcome}*" in entry for outcome in Outcome)


def test_every_decision_has_a_number_of_its_own(repository_root: Path) -> None:
    decisions = sorted((repository_root / "docs" / "decisions").glob("*.md"))
    numbers = [int(decision.name[:4]) for decision in decisions]
    titles = [decision.read_text().partition("\n")[0] for decision in decisions]

    assert len(set(numbers)) == len(numbers) >= 2
    assert all(
        title.startswith(f"# {number}. ") for number, title in zip(numbers, titles, strict=True)
    )


def test_the_architecture_page_names_every_service(repository_root: Path) -> None:
    text = (repository_root / "ARCHITECTURE.md").read_text()
    services = {entry.parent.name for entry in (repository_root / "services").glob("*/__main__.py")}

    assert services == set(re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE))
