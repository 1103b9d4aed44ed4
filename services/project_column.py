"""The columns of a project list (台账列): what offices call each of them, and in which unit it counts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

GROUP_MARK = "·"
"""Joins a merged group heading and the heading below it: `投资（万元）·总投资`."""


class ColumnKind(StrEnum):
    """How the cells of a column are read."""

    text = "text"
    code = "code"
    year = "year"
    whole = "whole"
    area = "area"
    money = "money"
    date = "date"
    extra = "extra"
    ignored = "ignored"


@dataclass(frozen=True)
class Column:
    """A column we know: `field` of ProjectRow (or key in its `extra`), the Chinese heading, and its other names.

    `aliases` are separated by spaces and tried in their order: with 项目名称 and 小区名称 in one list, the first is
    the name of the project.
    """

    field: str
    zh: str
    kind: ColumnKind
    aliases: str


K = ColumnKind
COLUMNS: tuple[Column, ...] = (
    Column("code", "项目编号", K.code, "项目编码 项目代码 小区编号 code project_code project_id"),
    Column(
        "name",
        "项目名称",
        K.text,
        "改造项目名称 改造项目 项目 小区名称 老旧小区名称 改造小区名称 改造小区 小区 名称 "
        "name project_name community_name communities",
    ),
    Column("city", "城市", K.text, "市 地市 地级市 设区市 所在城市 city"),
    Column(
        "district",
        "区县",
        K.text,
        "区 县 县区 区市 县市 县市区 市县区 市区县 市县 所属区县 所在区县 所属区 所在区 所属县区 所在县区 辖区 行政区 "
        "district county",
    ),
    Column(
        "street",
        "街道",
        K.text,
        "乡镇 街镇 镇街 乡街 街乡 街道乡镇 乡镇街道 所属街道 所在街道 街道办 街道办事处 street subdistrict",
    ),
    Column("community", "社区", K.text, "所属社区 所在社区 居委会 社区居委会 community neighbourhood"),
    Column("plan_year", "计划年度", K.year, "年度 改造年度 实施年度 年度计划 计划年份 改造年份 年份 plan_year year"),
    Column(
        "buildings",
        "楼栋数",
        K.whole,
        "楼栋 栋数 幢数 楼数 楼幢数 总栋数 改造栋数 改造楼栋数 涉及楼栋数 房屋栋数 buildings",
    ),
    Column("households", "户数", K.whole, "总户数 居民户数 改造户数 涉及户数 惠及户数 受益户数 households"),
    Column(
        "floor_area_m2",
        "建筑面积",
        K.area,
        "总建筑面积 改造建筑面积 房屋建筑面积 改造面积 房屋面积 面积 floor_area_m2 floor_area",
    ),
    Column(
        "investment_fen",
        "总投资",
        K.money,
        "项目总投资 计划总投资 总投资额 投资总额 计划投资 投资估算 估算投资 概算投资 投资额 投资 预算 "
        "investment_fen investment_wan investment_yuan investment",
    ),
    Column("investment_note", "投资说明", K.text, "投资备注 investment_note"),
    Column(
        "built_year",
        "建成年份",
        K.text,
        "建成年代 建成时间 建筑年代 建设年代 建造年代 建设年份 房屋年代 built_year year_built built",
    ),
    Column(
        "start_on", "开工日期", K.date, "开工时间 计划开工日期 计划开工时间 进场时间 开工 start_on start_date start"
    ),
    Column(
        "finish_on",
        "完工日期",
        K.date,
        "完工时间 竣工日期 竣工时间 计划完工日期 计划完工时间 计划竣工日期 计划竣工时间 完工 竣工 "
        "finish_on finish_date finish end_date end",
    ),
    Column("source", "来源", K.text, "资料来源 数据来源 source"),
    Column("note", "备注", K.text, "说明 note notes remark remarks"),
    Column("site_area_m2", "占地面积", K.extra, "用地面积 小区面积 site_area_m2"),
    Column("road_area_m2", "道路面积", K.extra, "road_area_m2"),
    Column("green_area_m2", "绿化面积", K.extra, "绿地面积 green_area_m2"),
    Column("parking_spaces", "停车位", K.extra, "车位数 停车位数 新增停车位 parking_spaces"),
    Column("storm_pipe_m", "雨水管", K.extra, "雨水管网 雨水管长度 storm_pipe_m"),
    Column("status_at_report", "进展", K.extra, "进度 目前进度 目前进展 工程进度 status_at_report"),
    Column("ordinal", "序号", K.ignored, "no #"),
    Column("original_line", "原行号", K.ignored, "original_line"),
    Column("problem", "错误说明", K.ignored, "problem"),
)

MONEY_IN_FEN = {"亿元": 10**10, "亿": 10**10, "万元": 10**6, "万": 10**6, "wan": 10**6, "千元": 10**5, "元": 100}
MONEY_IN_FEN |= {"yuan": 100, "fen": 1}
AREA_IN_M2 = {"万平方米": 10**4, "万平米": 10**4, "万平": 10**4, "万m2": 10**4, "公顷": 10**4}
AREA_IN_M2 |= {"平方米": 1, "平米": 1, "m2": 1}

CACHED_TEXTS = 8192  # a list says its district, year and source in every row
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】")
MARKS = re.compile(r"[\s*_:;,/\\、.\-—()\[\]]+")
UNIT = re.compile("|".join(sorted((*MONEY_IN_FEN, *AREA_IN_M2), key=len, reverse=True)))
UNIT_TAIL = re.compile(f"(?:单位)?(?:{UNIT.pattern}|户|栋|幢)$")


@lru_cache(CACHED_TEXTS)
def clean_text(text: str) -> str:
    """`text` without zero-width and control characters, runs of white space as one space."""
    folded = " ".join(text.split())
    if folded.isprintable():
        return folded
    return " ".join("".join(char for char in folded if unicodedata.category(char) not in {"Cc", "Cf"}).split())


@lru_cache(CACHED_TEXTS)
def fold(text: str) -> str:
    """`text` as it is compared, never as it is shown: NFKC (full-width digits, ㎡), lower case, clean."""
    return clean_text(unicodedata.normalize("NFKC", text)).lower()


def _key(label: str) -> str:
    return MARKS.sub("", BRACKETED.sub("", fold(label.rsplit(GROUP_MARK, 1)[-1])))


ALIAS: dict[str, tuple[Column, int]] = {
    MARKS.sub("", fold(alias)): (column, rank)
    for column in COLUMNS
    for rank, alias in enumerate((column.zh, *column.aliases.split()))
}


def find_column(label: str) -> tuple[Column, int] | None:
    """The column a heading means, with the rank of the name it used (0 is the best); None for one we do not know."""
    key = _key(label)
    return ALIAS.get(key) or ALIAS.get(UNIT_TAIL.sub("", key))


def recognised_fields(labels: list[str]) -> set[str]:
    """The fields a row of headings names; data rows name none."""
    return {found[0].field for label in labels if (found := find_column(label))}


def money_unit(text: str) -> int | None:
    """Fen per unit of money that `text` names: 万元 → 1,000,000; None when it names none."""
    return _unit(text, MONEY_IN_FEN)


def area_unit(text: str) -> Decimal:
    """Square metres per unit of area that `text` names; 1 when it names none, as every list means m² then."""
    return Decimal(_unit(text, AREA_IN_M2) or 1)


def _unit(text: str, units: dict[str, int]) -> int | None:
    """The last unit wins: 万达小区投资（元）counts in 元."""
    named = [unit for unit in UNIT.findall(fold(text)) if unit in units]
    return units[named[-1]] if named else None
