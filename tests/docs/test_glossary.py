"""docs/glossary.md: what it lists is in the code, and every table is in it."""

from __future__ import annotations

import re
from pathlib import Path

from models.base import Base
from models.tables import Project

ROOT = Path(__file__).parents[2]
CODE = ("states", "policy", "models", "services", "notifications", "runtime")
ROW = re.compile(r"^\| ([^|]+) \| ([a-z_]+) \|", re.MULTILINE)


def listed() -> dict[str, str]:
    """Identifier → Chinese word."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return {identifier: word for word, identifier in ROW.findall(text) if identifier != "identifier"}


def test_every_identifier_of_the_glossary_is_in_the_code() -> None:
    texts = [path for folder in CODE for suffix in ("py", "yaml") for path in (ROOT / folder).rglob(f"*.{suffix}")]
    words = set(re.findall(r"[a-z_]+", "\n".join(path.read_text(encoding="utf-8") for path in texts).lower()))
    assert [identifier for identifier in listed() if identifier not in words] == []


def test_every_table_is_in_the_glossary() -> None:
    assert Project.__tablename__ in Base.metadata.tables
    assert [name for name in Base.metadata.tables if name not in listed()] == []


def test_no_chinese_word_stands_for_two_things() -> None:
    words = list(listed().values())
    assert [word for word in words if words.count(word) > 1] == []
