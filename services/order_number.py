"""Numbers of supervision papers (文号): one series for each issuer, year and kind, without gaps and without doubles."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.supervision import Circular, SupervisionOrder

_SUFFIXES = ("市", "区", "县")


def next_number(session: Session, series: type[SupervisionOrder] | type[Circular], issuer: int, year: int) -> int:
    """The next number of the issuer's series in `year`, from 1.

    The issuer's row is held until the transaction ends, so that the second of two waits, and a transaction that is
    rolled back leaves no gap. Take it after the project's row: that is the order everybody locks in.
    """
    # NO KEY UPDATE: rows that only refer to the organisation are not kept waiting
    held = select(Organisation.id).where(Organisation.id == issuer).with_for_update(key_share=True)
    session.execute(held).one()
    newest = select(func.max(series.number)).where(series.issuer_id == issuer, series.year == year)
    return (session.scalar(newest) or 0) + 1


def written(issuer: str, word: str, year: int, number: int) -> str:
    """A number as it is written: 阳光督〔2026〕12号 for 阳光市, 督, 2026, 12."""
    short = issuer[:-1] if issuer.endswith(_SUFFIXES) else issuer
    return f"{short}{word}〔{year}〕{number}号"
