"""README: what it tells a newcomer to type works as written, from an empty folder to a checked history."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLACEHOLDER = "2026-1A2B3C4D"
REFUSED = 3


def commands() -> list[list[str]]:
    """The `jiugai` commands of the chapter on one project's way, each as its arguments."""
    chapter = README.split("## 一个项目怎样走")[1].split("```")[1]
    lines = [part.strip() for line in chapter.splitlines() for part in line.split("#")[0].split("&&")]
    return [shlex.split(line)[1:] for line in lines if line.startswith("jiugai ")]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Type a command into an installation of its own."""
    monkeypatch.setenv("JIUGAI_HOME", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Result:
        return CliRunner().invoke(app, list(args), prog_name="jiugai")

    return run


def fill_in(path: Path) -> None:
    """A list as somebody would fill the template in."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["项目名称", "区县", "计划年度", "户数"])
        sheet.write_row(1, 0, ["幸福里小区", "东湖区", 2026, 120])


def test_the_way_of_one_project_can_be_typed_as_written(typed, tmp_path: Path) -> None:
    assert typed("db", "upgrade").exit_code == 0
    assert typed("policy", "activate", "default").exit_code == 0  # what `jiugai up` does at its first start
    code = PLACEHOLDER
    for written in commands():
        args = [arg.replace(PLACEHOLDER, code) for arg in written]
        result = typed(*args)
        allowed = (REFUSED,) if args[1] in ("why", "advance") else (0,)
        assert result.exit_code in allowed, (args, result.stdout, result.stderr)
        if args[:2] == ["project", "template"]:
            fill_in(tmp_path / args[2])
        if args[:2] == ["project", "import"]:
            if "--dry-run" in args:
                assert typed("project", "import", args[2]).exit_code == 0
            code = json.loads(typed("project", "list", "--json").stdout)[0]["code"]


def test_the_first_screen_names_the_two_commands() -> None:
    first = README[:1600]
    assert "make run" in first
    assert "make test" in first


def test_every_linked_document_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
