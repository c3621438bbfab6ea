"""docs/notices.md names every reason for which something is refused."""

import re
from pathlib import Path

from schemas.reports import RefusalReason


def test_the_page_tells_every_reason(repository_root: Path) -> None:
    text = (repository_root / "docs" / "notices.md").read_text()
    section = text.partition("## Dead letters")[2]

    named = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)

    assert sorted(named) == sorted(reason.value for reason in RefusalReason)
