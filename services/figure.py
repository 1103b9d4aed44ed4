"""Figures in words (数字写法): money in 万元 from fen, counts with commas, shares with their percent; always exact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from policy.pack import Pack
from policy.schema_entry import FactEntry
from states.case import FactValue
from states.exceptions import JiugaiError

FEN_PER_WAN = Decimal(1_000_000)
FEN_PER_YUAN = 100


def number(value: int | Decimal) -> str:
    """A number with thousand commas and no idle zeros: 56,351 or 13,000.5."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wan(fen: int) -> str:
    """Money in fen as exact 万元: 418,000,000 is 418 万元."""
    return f"{number(Decimal(fen) / FEN_PER_WAN)} 万元"


def percent(share: Fraction) -> str:
    """A share with one decimal, rounded half up: 2/3 is 66.7%."""
    tenths = (share.numerator * 2000 + share.denominator) // (2 * share.denominator)
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def fact_text(entry: FactEntry, value: FactValue) -> str:
    """The value of a fact as people read it, with its unit."""
    writer = _WRITERS.get(entry.type)
    if writer is not None:
        return writer(entry, value)
    if not entry.unit:  # a year or an ordinal is no count: 1985, not 1,985
        return str(value)
    return f"{number(value) if isinstance(value, int | Decimal) else value} {entry.unit}"


def recorded_text(pack: Pack, code: str, value: object) -> str:
    """The value of a fact as the record keeps it, as people read it; as it is where this pack does not know it so."""
    try:
        return fact_text(pack.fact(code), pack.load_fact(code, value))
    except JiugaiError:  # recorded under an older pack, with another type or name
        return str(value)


def _money(_: FactEntry, value: FactValue) -> str:
    return wan(int(Decimal(str(value)) * FEN_PER_YUAN))


def _share(_: FactEntry, value: FactValue) -> str:
    share = Fraction(str(value))
    return f"{percent(share)}（{share}）"


def _choice(entry: FactEntry, value: FactValue) -> str:
    return (entry.choices or {}).get(str(value), str(value))


def _flag(_: FactEntry, value: FactValue) -> str:
    return "是" if value else "否"


def _day(_: FactEntry, value: FactValue) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


_WRITERS: dict[str, Callable[[FactEntry, FactValue], str]] = {
    "money": _money,
    "share": _share,
    "choice": _choice,
    "flag": _flag,
    "date": _day,
}
