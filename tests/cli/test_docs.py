"""The generated documents on disk are what the code and the packs say today."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.docs import BEGIN, END, DocsInChinese, commands, generated, settings
from tests.cli.conftest import Jiugai

ROOT = Path(__file__).parents[2]


class TestGenerated:
    def test_files_on_disk_are_up_to_date(self, empty: Jiugai) -> None:
        stale = [path.name for path, text in generated(ROOT) if not path.exists() or path.read_text("utf-8") != text]
        assert stale == [], "run `jiugai docs`"

    def test_commands_name_every_option_of_the_import(self, empty: Jiugai) -> None:
        text = commands()
        assert "### jiugai project import" in text
        for option in ("--dry-run", "--create-organisations", "--errors", "--json"):
            assert option in text

    def test_settings_have_default_and_description(self, empty: Jiugai) -> None:
        assert "| `JIUGAI_PORT` | `8700` | 网页监听的端口 |" in settings()

    def test_the_readme_gets_its_picture_between_the_markers(self, empty: Jiugai, tmp_path: Path) -> None:
        (tmp_path / "README.md").write_text(f"# 旧改\n{BEGIN}\nold\n{END}\nrest\n", encoding="utf-8")
        assert empty("docs", "--root", tmp_path).code == 0
        text = (tmp_path / "README.md").read_text(encoding="utf-8")
        assert "flowchart LR" in text
        assert "old" not in text
        assert text.endswith(f"{END}\nrest\n")
        assert (tmp_path / "docs" / "commands.md").exists()

    def test_are_always_chinese(self, empty: Jiugai, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JIUGAI_LANG", "en")
        with pytest.raises(DocsInChinese):
            list(generated(ROOT))
        assert empty("docs").code == 3
