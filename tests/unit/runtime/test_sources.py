"""LLAMA_SOURCES: URLs, or a file with them."""

from pathlib import Path

import pytest

from llama.domain.errors import Misconfigured
from llama.runtime.settings import Settings, read_settings
from llama.runtime.sources import sources_of

LIST = """\
# those of the collaboration
kafka://a/x,y
file:///alerts?follow=true
"""


def settings(sources: str) -> Settings:
    return read_settings({"LLAMA_SOURCES": sources})


def test_there_are_none_unless_it_is_said() -> None:
    assert sources_of(read_settings({})) == ()


def test_urls_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "sources").write_text(LIST)

    assert sources_of(settings(str(tmp_path / "sources"))) == sources_of(settings(LIST))
    assert [one.name for one in sources_of(settings(LIST))] == ["kafka://a", "file:///alerts"]


@pytest.mark.parametrize("said", ["/no/such/file", "igwn.gwalert", "/", "/proc/self/mem"])
def test_what_is_neither_is_refused(said: str) -> None:
    with pytest.raises(Misconfigured, match=r"^LLAMA_SOURCES: it is no list of URLs, and no file"):
        sources_of(settings(said))


def test_a_wrong_one_in_a_file_is_named_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "sources").write_text(f"{LIST}kafka://me:swordfish@b/x\n")

    with pytest.raises(Misconfigured, match=r"^LLAMA_SOURCES: source 3 .*password_file") as refused:
        sources_of(settings(str(tmp_path / "sources")))

    assert "swordfish" not in str(refused.value)


def test_a_secret_in_the_setting_is_not_shown_with_the_settings() -> None:
    assert "swordfish" not in repr(settings("kafka://me:swordfish@b/x"))
