"""`jiugai calendar`: due days single and by the hundred, and notices taken in only when they agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai

NOTICE = """\
year: 2027
source: 国办发明电〔2026〕测试号
rest:
  - {from: 2027-01-01, to: 2027-01-03, name: 元旦}
  - {from: 2027-05-01, to: 2027-05-05, name: 劳动节}
  - {from: 2027-10-01, to: 2027-10-07, name: 国庆节}
work: [2027-05-08]
"""


class TestAdd:
    def test_prints_the_derivation(self, empty: Jiugai) -> None:
        done = empty("calendar", "add", "2026-09-24", "10")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("2026-09-24 → +10 工作日")
        assert done.out.strip().endswith("2026-10-15")

    def test_json_has_due_provisional_and_derivation(self, empty: Jiugai) -> None:
        found = empty("calendar", "add", "2026-09-24", "10", "--json").json
        assert (found["due"], found["provisional"], found["make_up_days"]) == ("2026-10-15", False, ["2026-10-10"])
        assert empty("calendar", "add", "2026-12-20", "10", "--json").json["provisional"]

    def test_counts_natural_days_and_months(self, empty: Jiugai) -> None:
        assert empty("calendar", "add", "2026-09-01", "7", "--unit", "natural", "--json").json["due"] == "2026-09-08"
        assert empty("calendar", "add", "2026-01-31", "1", "--unit", "month", "--json").json["due"] == "2026-02-28"
        assert empty("calendar", "add", "2026-01-31", "1", "--unit", "week").code == 2

    def test_a_batch_gives_one_due_day_a_line(self, empty: Jiugai, tmp_path: Path) -> None:
        batch = tmp_path / "batch.csv"
        batch.write_text("start,n\n2026-09-24,10\n2026-03-02,1\n\n2026-03-02,5,natural\n", encoding="utf-8")
        expected = ["2026-10-15", "2026-03-03", "2026-03-09"]
        assert empty("calendar", "add", "--batch", batch, "--json").json == expected
        assert empty("calendar", "add", "--batch", batch).out.split() == expected

    @pytest.mark.parametrize("line", ["2026-13-01,3", "2026-03-01", "2026-03-01,x", "2026-03-01,3,week"])
    def test_a_wrong_line_of_a_batch_is_named(self, empty: Jiugai, tmp_path: Path, line: str) -> None:
        batch = tmp_path / "batch.csv"
        batch.write_text(f"start,n\n2026-03-02,1\n{line}\n", encoding="utf-8")
        done = empty("calendar", "add", "--batch", batch)
        assert (done.code, "第 3 行" in done.err) == (2, True)

    def test_nothing_to_count_is_a_wrong_command_line(self, empty: Jiugai) -> None:
        assert empty("calendar", "add").code == 2
        assert empty("calendar", "add", "2026-02-30", "3").code == 2
        assert empty("calendar", "add", "1990-01-01", "3").code == 3


class TestBetween:
    def test_counts_working_days_after_the_first_up_to_the_last(self, empty: Jiugai) -> None:
        found = empty("calendar", "between", "2026-09-24", "2026-10-15", "--json").json
        assert (found["working_days"], found["provisional"]) == (10, False)
        assert "10 工作日" in empty("calendar", "between", "2026-09-24", "2026-10-15").out


class TestCheck:
    def test_warns_from_november_on_when_next_year_is_missing(self, empty: Jiugai) -> None:
        assert empty("calendar", "check", "--on", "2026-10-31").err == ""
        done = empty("calendar", "check", "--on", "2026-11-01")
        assert (done.code, "2027" in done.err) == (0, True)
        assert empty("calendar", "check", "--on", "2026-11-01", "--json").json["warning"]


class TestImport:
    def test_a_notice_makes_its_year_exact(self, empty: Jiugai, tmp_path: Path) -> None:
        notice = tmp_path / "2027.yaml"
        notice.write_text(NOTICE, encoding="utf-8")
        assert empty("calendar", "import", notice).code == 0
        assert empty("calendar", "import", notice).code == 0
        found = empty("calendar", "add", "2026-12-31", "1", "--json").json
        assert (found["due"], found["provisional"]) == ("2027-01-04", False)

    def test_a_notice_that_contradicts_is_refused_with_the_days(self, empty: Jiugai, tmp_path: Path) -> None:
        notice = tmp_path / "2027.yaml"
        notice.write_text(NOTICE, encoding="utf-8")
        empty("calendar", "import", notice)
        other = tmp_path / "另一份.yaml"
        other.write_text(NOTICE.replace("work: [2027-05-08]", "work: [2027-05-09]"), encoding="utf-8")
        done = empty("calendar", "import", other)
        assert (done.code, "2027-05-09" in done.err) == (5, True)
        assert empty("calendar", "import", other, "--force").code == 0

    def test_a_file_that_is_no_notice_is_refused(self, empty: Jiugai, tmp_path: Path) -> None:
        notice = tmp_path / "2027.yaml"
        notice.write_text("year: 2027\nrest: [2027-02-30]\n", encoding="utf-8")
        done = empty("calendar", "import", notice)
        assert (done.code, "2027-02-30" in done.err) == (2, True)
        assert empty("calendar", "import", tmp_path / "没有.yaml").code == 2
