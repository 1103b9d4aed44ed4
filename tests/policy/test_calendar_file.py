"""A calendar file is read whole or refused with the file, the day and what is wrong."""

from __future__ import annotations

import json
from datetime import date

import pytest

from policy.calendar import (
    Calendar,
    CalendarFileInvalid,
    DueDay,
    TimeUnit,
    load_calendar_file,
    load_holiday_cn,
    load_overrides,
)
from states.exceptions import Kind

# Days as a notice for 2027 might set them, with one in the December before.
NOTICE_2027 = """\
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
rest:
  - {from: 2026-12-31, to: 2027-01-03, name: 元旦}
  - {from: 2027-02-05, to: 2027-02-12, name: 春节}
  - {date: 2027-04-05, name: 清明}
  - {from: 2027-05-01, to: 2027-05-05, name: 劳动节}
  - {from: 2027-10-01, to: 2027-10-07, name: 国庆节}
work: [2027-02-20, 2027-05-08, 2027-10-09]
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="2027.yaml", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return write


def refused(load, path):
    with pytest.raises(CalendarFileInvalid) as error:
        load(path)
    assert error.value.kind is Kind.invalid
    assert error.value.data["file"] == str(path)
    assert str(path) in error.value.text("zh")
    return error.value


class TestLoadOverrides:
    def test_a_notice_publishes_its_year_and_makes_it_exact(self, written):
        calendar = Calendar.national().with_files(load_overrides(written(NOTICE_2027)))
        assert 2027 in calendar.published_years
        assert calendar.add_working_days(date(2027, 2, 4), 10) == DueDay(date(2027, 2, 25), provisional=False)
        text = calendar.derive(date(2027, 2, 4), 10, TimeUnit.working_day).text
        assert "春节 02-05 至 02-12" in text
        assert "计入 02-20 补班" in text

    def test_a_notice_may_change_the_december_before(self, written):
        calendar = Calendar.national().with_files(load_overrides(written(NOTICE_2027)))
        assert Calendar.national().is_working_day(date(2026, 12, 31))
        assert not calendar.is_working_day(date(2026, 12, 31))

    def test_a_few_local_days_do_not_publish_their_year(self, written):
        local = load_overrides(written("{year: 2027, source: 市政府通告, rest: [2027-04-20]}"))
        calendar = Calendar.national().with_files(local)
        assert 2027 not in calendar.published_years
        assert calendar.add_working_days(date(2027, 4, 19), 1) == DueDay(date(2027, 4, 21), provisional=True)

    def test_added_days_leave_the_rest_of_a_published_year_alone(self, written):
        local = load_overrides(written("{year: 2026, source: 市政府通告, rest: [2026-04-20]}"))
        calendar = Calendar.national().with_files(local)
        assert not calendar.is_working_day(date(2026, 4, 20))
        assert not calendar.is_working_day(date(2026, 10, 1))

    def test_a_replacing_notice_forgets_the_days_known_before_but_not_the_next_notices_december(self, written):
        revised = "{year: 2018, source: 修订通知, replaces: true, rest: [2018-01-01, 2018-05-01, 2018-10-01]}"
        calendar = Calendar.national().with_files(load_overrides(written(revised)))
        assert not Calendar.national().is_working_day(date(2018, 10, 2))
        assert calendar.is_working_day(date(2018, 10, 2))
        assert not calendar.is_working_day(date(2018, 12, 31))

    def test_a_replacing_file_that_is_not_a_whole_year_is_refused(self, written):
        path = written("{year: 2026, source: 修订通知, replaces: yes, rest: [2026-10-01]}")
        assert "没有列出全年" in refused(load_overrides, path).text()

    @pytest.mark.parametrize(
        ("text", "day", "words"),
        [
            (
                "{year: 2027, source: 通知, rest: [2027-05-08], work: [2027-05-08]}",
                "2027-05-08",
                "既列为放假又列为上班",
            ),
            ("{year: 2027, source: 通知, rest: [2028-01-01]}", "2028-01-01", "不在 2027 年内"),
            ("{year: 2027, source: 通知, rest: [2026-11-30]}", "2026-11-30", "不在 2027 年内"),
            ("{year: 2027, source: 通知, rest: [2027-02-30]}", "2027-02-30", "不是日期"),
            ("{year: 2027, source: 通知, work: [{date: 五月八日}]}", "五月八日", "work 第 1 项"),
            ("{year: 2027, source: 通知, rest: [{from: 2027-10-07, to: 2027-10-01}]}", "", "起止颠倒"),
            ("{year: 2027, source: 通知, rest: [{from: 2027-10-07}]}", "", "rest 第 1 项 to 没有填写"),
            ("{year: 2027, source: 通知, rest: 2027-10-01}", "", "rest 应是一列日期"),
            ("{year: 2027, source: 通知, off: [2027-10-01]}", "", "off 是不认识的字段"),
            ("{year: 2027, rest: [2027-10-01]}", "", "source 没有填写"),
            ("{year: 2027, source: 通知, rest:, work: }", "", "没有列出全年"),
            ("{year: 2027, source: 通知, rest: [2027-10-01], rest: [2027-05-01]}", "", "rest 重复出现"),
            ("幸福里小区", "", "内容不是年度放假安排"),
            ("year: [", "", "格式有误"),
        ],
    )
    def test_a_wrong_file_is_refused_with_the_day_and_the_reason(self, written, text, day, words):
        error = refused(load_overrides, written(text))
        assert error.data["day"] == day
        assert words in error.text()

    def test_a_file_that_is_not_there_or_not_utf_8_is_refused(self, written, tmp_path):
        assert "读不到" in refused(load_overrides, tmp_path / "2028.yaml").text()
        assert "UTF-8" in refused(load_overrides, written(NOTICE_2027, encoding="gb18030")).text()

    def test_a_byte_order_mark_is_no_obstacle(self, written):
        assert load_overrides(written(NOTICE_2027, encoding="utf-8-sig")).year == 2027


class TestLoadHolidayCn:
    @staticmethod
    def sheet(days):
        found = [{"name": name, "date": day, "isOffDay": off} for name, day, off in days]
        return json.dumps({"year": 2027, "papers": ["国办发明电〔2026〕7号"], "days": found}, ensure_ascii=False)

    FIXED = (("元旦", "2027-01-01", True), ("劳动节", "2027-05-01", True), ("国庆节", "2027-10-01", True))

    def test_a_whole_year_is_published_with_its_names_and_source(self, written):
        path = written(self.sheet([*self.FIXED, ("国庆节", "2027-10-09", False)]), "2027.json")
        override = load_holiday_cn(path)
        calendar = Calendar.national().with_files(override)
        assert override.source == "国办发明电〔2026〕7号"
        assert calendar.is_working_day(date(2027, 10, 9))
        assert calendar.derive(date(2027, 4, 30), 1, TimeUnit.working_day).skipped[0].name == "劳动节"

    def test_a_day_listed_both_ways_is_refused(self, written):
        path = written(self.sheet([*self.FIXED, ("国庆节", "2027-10-01", False)]), "2027.json")
        assert refused(load_holiday_cn, path).data["day"] == "2027-10-01"

    def test_the_empty_file_of_an_unpublished_year_does_not_publish_it(self, written):
        assert "尚未公布" in refused(load_holiday_cn, written(self.sheet([]), "2027.json")).text()
        assert "尚未公布" in refused(load_holiday_cn, written(self.sheet(self.FIXED[:1]), "2027.json")).text()

    @pytest.mark.parametrize("text", ["[]", "{", '{"year": 2027, "papers": [], "days": [{"name": "元旦"}]}'])
    def test_another_kind_of_json_is_refused(self, written, text):
        assert refused(load_holiday_cn, written(text, "2027.json")).data["problem"]


class TestLoadCalendarFile:
    def test_the_format_is_told_by_the_name(self, written):
        assert load_calendar_file(written(NOTICE_2027)).year == 2027
        fixed = TestLoadHolidayCn.sheet(TestLoadHolidayCn.FIXED)
        assert load_calendar_file(written(fixed, "2027.JSON")).replaces
