"""The language of the command line (语言): Chinese unless JIUGAI_LANG says otherwise; read without loading settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

from states.exceptions import Lang

_LINE = re.compile(r"^\s*(?:export\s+)?JIUGAI_LANG\s*=\s*[\"']?(zh|en)\b", re.MULTILINE | re.IGNORECASE)


def lang() -> Lang:
    """The language in force, from the environment or `.env` as runtime.settings takes it."""
    given = os.environ.get("JIUGAI_LANG", "") or _from_file(Path(".env"))
    return "en" if given.lower() == "en" else "zh"


def _from_file(path: Path) -> str:
    try:
        found = _LINE.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


def say(zh: str, en: str) -> str:
    """The words in the language in force."""
    return zh if lang() == "zh" else en
