"""Facts (情况) as people write them, as the procedure reads them, and as JSON stores them. Never a float."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from policy.schema_entry import FactEntry
from states.case import FactValue
from states.exceptions import JiugaiError, Kind

FactJson = int | bool | str
"""A fact in JSON: whole numbers and flags as such; decimals, shares (`2/3`) and days (ISO) as text."""

MAX_TEXT = 2000

_INTEGER = re.compile(r"[-+]?(\d{1,18}|\d{1,3}(,\d{3}){1,5})")
_DECIMAL = re.compile(r"[-+]?(\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d{1,9})?")
_SHARE = re.compile(r"(\d{1,18})/(\d{1,18})|(\d{1,9}(?:\.\d{1,9})?)(%?)")
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
_TEN_THOUSAND = 10_000
_CENT = -2
_FLAGS = {
    True: ("是", "有", "对", "已", "true", "yes", "y", "1", "√", "✓"),
    False: ("否", "无", "没有", "不是", "未", "false", "no", "n", "0", "×", "✗"),
}
_EXPECTED = {
    "integer": ("整数，如 1,234", "a whole number such as 1,234"),
    "decimal": ("数字，如 1,234.5", "a number such as 1,234.5"),
    "money": ("金额（元，最多两位小数；可写“万元”），如 1,234.50", "an amount in yuan with at most 2 decimals"),
    "share": ("0 到 1 的比例，如 2/3 或 66.7%", "a share from 0 to 1 such as 2/3 or 66.7%"),
    "text": (f"文字，1 至 {MAX_TEXT} 字", f"text of 1 to {MAX_TEXT} characters"),
    "flag": ("是 或 否", "yes or no"),
    "date": ("日期，如 2026-11-20", "a day such as 2026-11-20"),
}


class FactInvalid(JiugaiError):
    """What was typed is not what the fact holds; `text` is kept, `expected` says what is."""

    code = "fact_invalid"
    kind = Kind.invalid
    zh = "“{label}”不能是“{text}”，应填{expected}。请改正后再保存。"
    en = '"{label}" cannot be "{text}"; expected {expected_en}. Correct it and save again.'

    def __init__(self, *, entry: FactEntry, text: str) -> None:
        expected, expected_en = expectation(entry)
        self.fact = entry.code
        super().__init__(label=entry.label, text=text, expected=expected, expected_en=expected_en, fact=entry.code)


def expectation(entry: FactEntry) -> tuple[str, str]:
    """What may be typed for a fact, in Chinese and English, for the form and for the error."""
    if entry.type == "choice":
        choices = entry.choices or {}
        return f"以下之一：{'、'.join(choices.values())}", f"one of {', '.join(choices)}"
    zh, en = _EXPECTED[entry.type]
    bounds = [f"{sign} {bound}" for sign, bound in (("≥", entry.minimum), ("≤", entry.maximum)) if bound is not None]
    return (f"{zh}（{'，'.join(bounds)}）", f"{en} ({', '.join(bounds)})") if bounds else (zh, en)


def parse_fact(entry: FactEntry, text: str) -> FactValue:
    """The value of what a person typed. Full-width characters, thousand commas and the fact's unit are understood.

    Raises FactInvalid, which keeps the text and names what is expected.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if entry.type not in ("text", "choice"):
        plain = plain.removesuffix(unicodedata.normalize("NFKC", entry.unit)).strip() if entry.unit else plain
        plain = plain.replace("，", ",")
    try:
        value = _PARSERS[entry.type](entry, plain if entry.type != "text" else text.strip())
    except ValueError:
        value = None
    if value is None or not _within(entry, value):
        raise FactInvalid(entry=entry, text=text)
    return value


def dump_fact(value: FactValue) -> FactJson:
    """The value as JSON keeps it exactly."""
    if isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def load_fact(entry: FactEntry, value: object) -> FactValue:
    """The value back from `dump_fact`'s JSON. Raises FactInvalid when it is not of the fact's type."""
    try:
        loaded = _LOADERS[entry.type](value)
    except (ValueError, ArithmeticError):
        loaded = None
    if loaded is None:
        raise FactInvalid(entry=entry, text=str(value))
    return loaded


def _within(entry: FactEntry, value: FactValue) -> bool:
    if isinstance(value, bool | str | date):
        return True
    return (entry.minimum is None or value >= entry.minimum) and (entry.maximum is None or value <= entry.maximum)


def _integer(_: FactEntry, text: str) -> int | None:
    return int(text.replace(",", "")) if _INTEGER.fullmatch(text) else None


def _decimal(_: FactEntry, text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if _DECIMAL.fullmatch(text) else None


def _money(entry: FactEntry, text: str) -> Decimal | None:
    text = text.removeprefix("¥").removesuffix("元").strip()
    bare = text.removesuffix("万").strip()
    amount = _decimal(entry, bare)
    if amount is None:
        return None
    yuan = (amount * _TEN_THOUSAND).normalize() if bare != text else amount
    if int(yuan.as_tuple().exponent) < _CENT:
        return None
    return yuan.quantize(Decimal("0.01"))


def _share(_: FactEntry, text: str) -> Fraction | None:
    found = _SHARE.fullmatch(text.replace(" ", ""))
    if not found:
        return None
    above, below, number, percent = found.groups()
    if above is not None:
        share = Fraction(int(above), int(below)) if int(below) else Fraction(2)
    else:
        share = Fraction(number) / (100 if percent else 1)
    return share if 0 <= share <= 1 else None


def _text(_: FactEntry, text: str) -> str | None:
    return text if 0 < len(text) <= MAX_TEXT else None


def _flag(_: FactEntry, text: str) -> bool | None:
    return next((value for value, words in _FLAGS.items() if text.lower() in words), None)


def _date(_: FactEntry, text: str) -> date | None:
    found = _DAY.fullmatch(text)
    return date(*map(int, found.groups())) if found else None


def _choice(entry: FactEntry, text: str) -> str | None:
    return next((code for code, label in (entry.choices or {}).items() if text in (code, label)), None)


_PARSERS: dict[str, Callable[[FactEntry, str], FactValue | None]] = {
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "share": _share,
    "text": _text,
    "flag": _flag,
    "date": _date,
    "choice": _choice,
}
_LOADERS: dict[str, Callable[[object], FactValue | None]] = {
    "integer": lambda value: value if isinstance(value, int) and not isinstance(value, bool) else None,
    "decimal": lambda value: Decimal(value) if isinstance(value, str) else None,
    "money": lambda value: Decimal(value) if isinstance(value, str) else None,
    "share": lambda value: Fraction(value) if isinstance(value, str) else None,
    "text": lambda value: value if isinstance(value, str) else None,
    "flag": lambda value: value if isinstance(value, bool) else None,
    "date": lambda value: date.fromisoformat(value) if isinstance(value, str) else None,
    "choice": lambda value: value if isinstance(value, str) else None,
}
