"""One year's notice as a file (放假安排文件): our own YAML, or the JSON of holiday-cn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from policy.calendar_data import Adjustment, DayKind
from states.exceptions import JiugaiError, Kind

_DECEMBER = 12
_FIXED_HOLIDAYS = ((1, 1), (5, 1), (10, 1))


class CalendarFileInvalid(JiugaiError):
    """A calendar file that cannot be used; `file`, `day` (ISO, or `""`), `problem` and `problem_en` say why."""

    code = "calendar_file_invalid"
    kind = Kind.invalid
    zh = "日历文件 {file} 不能用：{problem}。请对照国务院办公厅放假通知原文改正后重新载入；拿不准的请问日历维护人。"
    en = "The calendar file {file} cannot be used: {problem_en}. Correct it by the State Council's notice."


@dataclass(frozen=True, slots=True)
class CalendarOverride:
    """What one file changes. `replaces`: what was known of January to November is forgotten first, else days are added.

    `days` lie in `year`, or in the December before, which a notice may change too (the one for 2019 made Monday
    2018-12-31 a day off). So a December is the next notice's matter: never forgotten, only overwritten by day.
    """

    year: int
    source: str
    days: Mapping[date, Adjustment]
    replaces: bool = False

    @property
    def is_notice(self) -> bool:
        """Whether it lists a whole year: New Year, Labour and National Day rest (全国年节及纪念日放假办法 2).

        Only such a file publishes its year; a few local days do not.
        """
        fixed = (self.days.get(date(self.year, month, day)) for month, day in _FIXED_HOLIDAYS)
        return all(found is not None and found.kind is DayKind.rest for found in fixed)


def load_overrides(path: Path) -> CalendarOverride:
    """Read our own format, one year per YAML file.

    Fields: `year`; `source` (文号 or title); `rest` and `work`, lists of days (`2027-01-01`), of
    `{date, name}` or of `{from, to, name}`, both ends included; `replaces` (default false).
    Raises `CalendarFileInvalid`.
    """
    sheet = _validated(path, _YearSheet, _parsed(path, lambda text: yaml.load(text, Loader=_TextLoader)))  # noqa: S506 - builds texts only
    listed = [*_listed(sheet.rest, DayKind.rest), *_listed(sheet.work, DayKind.work)]
    override = CalendarOverride(sheet.year, sheet.source, _gathered(path, sheet.year, listed), sheet.replaces)
    if override.replaces and not override.is_notice:
        raise _incomplete(path)
    return override


def load_holiday_cn(path: Path) -> CalendarOverride:
    """Read a year of holiday-cn (`year`, `papers`, `days` with `name`, `date`, `isOffDay`).

    It lists a whole notice, so it replaces what was known of the year. The project also keeps a file without days for a
    year that is not published yet: that is refused. Raises `CalendarFileInvalid`.
    """
    sheet = _validated(path, _HolidayCn, _parsed(path, json.loads))
    listed = ((d.date, Adjustment(DayKind.rest if d.is_off_day else DayKind.work, d.name)) for d in sheet.days)
    override = CalendarOverride(sheet.year, "、".join(sheet.papers), _gathered(path, sheet.year, listed), replaces=True)
    if not override.is_notice:
        raise _incomplete(path)
    return override


def load_calendar_file(path: Path) -> CalendarOverride:
    """Read either format, told apart by the name: `.json` is holiday-cn, all else our YAML."""
    return load_holiday_cn(path) if path.suffix.lower() == ".json" else load_overrides(path)


class _TextLoader(yaml.BaseLoader):
    """YAML whose scalars stay text, so `off` and `2027-02-30` are checked as written; no key may come twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(problem=f"{name} 重复出现", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise PydanticCustomError("not_a_day", "{value} 不是日期，应写作 2027-10-01", {"value": str(value)}) from None


Day = Annotated[date, BeforeValidator(_day)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_day(cls, value: object) -> object:
        if not isinstance(value, dict):
            return {"from": value, "to": value}
        if "date" in value:
            rest = {key: found for key, found in value.items() if key != "date"}
            return {"from": value["date"], "to": value["date"]} | rest
        return value

    @model_validator(mode="after")
    def _in_order(self) -> _Entry:
        if self.last < self.first:
            ends = {"first": self.first.isoformat(), "last": self.last.isoformat()}
            raise PydanticCustomError("backwards", "{first} 至 {last} 起止颠倒", ends)
        return self


Entries = Annotated[list[_Entry], BeforeValidator(lambda value: value or [])]


class _YearSheet(BaseModel):
    model_config = ConfigDict(extra="forbid")
    year: Year
    source: str = Field(min_length=1)
    rest: Entries = []
    work: Entries = []
    replaces: bool = False


class _HolidayCnDay(BaseModel):
    name: str
    date: Day
    is_off_day: bool = Field(alias="isOffDay", strict=True)


class _HolidayCn(BaseModel):
    year: Year
    papers: list[str]
    days: list[_HolidayCnDay]


_Sheet = TypeVar("_Sheet", bound=BaseModel)


def _parsed(path: Path, parse: Callable[[str], Any]) -> object:
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _invalid(path, f"读不到（{error.strerror}）", f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise _invalid(path, "不是 UTF-8 编码，请另存为 UTF-8", "it is not UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:
        raise _invalid(path, f"格式有误（{error}）", f"its syntax is wrong ({error})") from error


def _validated(path: Path, sheet: type[_Sheet], raw: object) -> _Sheet:
    try:
        return sheet.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False)
        zh = "；".join(f"{_place(one['loc'])}{_FAULTS.get(one['type'], one['msg'])}" for one in found)
        en = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
        day = next((str(one["ctx"]["value"]) for one in found if one["type"] == "not_a_day"), "")
        raise _invalid(path, zh, en, day) from error


_FAULTS = {
    "missing": "没有填写",
    "string_too_short": "没有填写",
    "extra_forbidden": "是不认识的字段",
    "model_type": "内容不是年度放假安排",
    "list_type": "应是一列日期",
}


def _place(where: tuple[int | str, ...]) -> str:
    return "".join(f"第 {part + 1} 项 " if isinstance(part, int) else f"{part} " for part in where)


def _listed(entries: Iterable[_Entry], kind: DayKind) -> Iterator[tuple[date, Adjustment]]:
    for entry in entries:
        for offset in range((entry.last - entry.first).days + 1):
            yield entry.first + timedelta(days=offset), Adjustment(kind, entry.name)


def _gathered(path: Path, year: int, listed: Iterable[tuple[date, Adjustment]]) -> Mapping[date, Adjustment]:
    days: dict[date, Adjustment] = {}
    for day, adjustment in listed:
        if day.year != year and (day.year, day.month) != (year - 1, _DECEMBER):
            raise _invalid(path, f"{day} 不在 {year} 年内", f"{day} is outside {year}", day.isoformat())
        if days.setdefault(day, adjustment).kind is not adjustment.kind:
            raise _invalid(path, f"{day} 既列为放假又列为上班", f"{day} is both rest and work", day.isoformat())
    if not days:
        raise _incomplete(path)
    return MappingProxyType(days)


def _incomplete(path: Path) -> CalendarFileInvalid:
    zh = "没有列出全年的放假安排（元旦、劳动节、国庆节），通知可能尚未公布"
    return _invalid(
        path, zh, "it does not list a whole year (1 January, 1 May, 1 October); perhaps it is not published"
    )


def _invalid(path: Path, zh: str, en: str, day: str = "") -> CalendarFileInvalid:
    return CalendarFileInvalid(file=str(path), day=day, problem=zh, problem_en=en)
