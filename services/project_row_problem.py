"""What can be wrong with one row of a project list (行错误), and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from states.exceptions import Lang

ERRORS: dict[str, tuple[str, str]] = {
    "name_missing": ("没有填项目（小区）名称，请补上", "the name is missing; fill it in"),
    "district_missing": (
        "没有填区县，请补上，或在导入时指定默认区县",
        "the district is missing; fill it in or give a default",
    ),
    "text_too_long": ("文字太长，请缩短，其余内容写到备注", "the text is too long; shorten it"),
    "code_unusable": (
        "项目编号“{value}”不能用：最多 64 个字，只能有文字、数字和 - _ . ( )",
        "code '{value}' cannot be used: at most 64 letters, digits and - _ . ( )",
    ),
    "code_repeated": (
        "与第 {earlier} 行重复（编号 {project_code}）。同一项目请只留一行；不同项目请填不同的编号",
        "repeats line {earlier} (code {project_code}); keep one row per project, or give them different codes",
    ),
    "number_unreadable": (
        "“{value}”不是一个数，请只填数字，例如 1500",
        "'{value}' is no number; write digits only, as 1500",
    ),
    "number_out_of_range": (
        "“{value}”超出范围，不能为负数，也不能过大",
        "'{value}' is out of range: negative or too large",
    ),
    "number_not_whole": ("“{value}”应为整数，请改正", "'{value}' has to be a whole number"),
    "formula_without_result": (
        "“{value}”是没有计算结果的公式，请在 Excel 或 WPS 中打开并保存，或直接填数",
        "'{value}' is a formula without a result; open and save the file in Excel, or write the number",
    ),
    "formula_failed": (
        "“{value}”是公式出错的结果，请改正公式或直接填写",
        "'{value}' is what a failed formula leaves; correct the formula or write the value",
    ),
    "year_unreadable": (
        "“{value}”不是一个年度，请填四位数字，例如 2026",
        "'{value}' is no year; write four digits, as 2026",
    ),
    "date_unreadable": (
        "“{value}”不是日期，请写成 2026-04-30（若显示为五位数字，请把单元格格式改为日期）",
        "'{value}' is no date; write 2026-04-30 (five digits: format the cell as a date)",
    ),
    "date_impossible": ("“{value}”不是日历上的一天，请改正", "'{value}' is not a day of the calendar"),
    "finish_before_start": (
        "完工日期 {value} 早于开工日期 {start}，请核对",
        "the works end ({value}) before they start ({start})",
    ),
    "cell_without_heading": (
        "“{value}”上方没有表头，可能是名称里的逗号把一格分成了两格，请给这一格加引号",
        "'{value}' has no heading above it; a comma may have split a cell in two: put that cell in quotation marks",
    ),
}
# of rolls and ballots (services.vote_sheet)
ERRORS |= {
    "area_missing": ("没有填专有面积，请补上", "the area is missing; fill it in"),
    "area_too_fine": ("“{value}”精确到了 0.01 平方米以下，请按产权证填两位小数", "'{value}' is finer than 0.01 m²"),
    "unit_unfit": ("{problem}", "{problem_en}"),
    "unit_repeated": ("{unit} 与第 {earlier} 行重复，请只留一行", "{unit} repeats line {earlier}; keep one"),
    "word_unknown": ("“{value}”认不出，可填：{expected}", "'{value}' is not known; one of {expected}"),
}
WARNINGS: dict[str, tuple[str, str]] = {
    "date_incomplete": ("“{value}”没有写到日，已原样记入附加信息", "'{value}' names no day; kept as typed"),
    "investment_kept_as_note": (
        "“{value}”不是一个数，已原样记入投资说明",
        "'{value}' is no number; kept as a note on the investment",
    ),
    "name_repeated": (
        "名称与第 {earlier} 行相同，请确认是两个项目",
        "the same name as line {earlier}; check that they are two projects",
    ),
    "total_skipped": ("合计行，未导入", "a line of totals; not imported"),
    "row_without_project": ("这一行没有项目信息，未导入：{value}", "no project in this line; not imported: {value}"),
    "sheet_not_read": (
        "工作表“{value}”也像项目清单，未导入；需要时请单独存成文件",
        "sheet '{value}' was not read; save it as a file",
    ),
    "cell_outside_list": (
        "“{value}”上方没有表头，已记入附加信息“{column}”",
        "'{value}' has no heading; kept under '{column}'",
    ),
}
WORDS = ERRORS | WARNINGS


@dataclass(frozen=True)
class RowError:
    """A finding on one cell: `line` of the file (0: the whole file), `column` as headed, `value` as typed."""

    line: int
    column: str
    value: str
    code: str
    zh: str
    en: str

    def text(self, lang: Lang = "zh") -> str:
        """The finding in words, without line and column."""
        return self.zh if lang == "zh" else self.en


SHOWN = 60


def row_error(line: int, column: str, value: str, code: str, **data: Any) -> RowError:  # noqa: ANN401 - what the words name
    """A finding with its words; a long value is shortened in them and kept whole in `value`."""
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    zh, en = (text.format(value=shown, column=column, **data) for text in WORDS[code])
    return RowError(line, column, value, code, zh, en)
