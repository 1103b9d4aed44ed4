"""Moments on the command line (时间点): a day and a time of the city, or a day alone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.language import say
from cli.option import chosen
from services.history_entry import Basis


class Moment(str):
    """What was typed for a moment, checked; which instant it is depends on the city's zone."""

    __slots__ = ()

    def instant(self, zone: ZoneInfo) -> datetime:
        """The instant in `zone` where no other was typed; a day alone is its last microsecond."""
        found = datetime.fromisoformat(self)
        if len(self) <= len("2026-03-01"):
            found = datetime.combine(found.date(), time()) + timedelta(days=1) - timedelta(microseconds=1)
        return found if found.tzinfo else found.replace(tzinfo=zone)


def moment(text: str) -> Moment:
    """A moment as `2026-03-01 17:00`. Raises BadParameter."""
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        problem = say(f"“{text}”不是时间，应写作 '2026-03-01 17:00' 或 2026-03-01", f'"{text}" is not a moment')
        raise typer.BadParameter(problem) from None
    return Moment(text.strip())


AsOf = Annotated[
    Moment,
    typer.Argument(
        metavar="MOMENT",
        parser=moment,
        help=say(
            "时间，如 '2026-03-01 17:00'（本市时间）；只写日期指当日终了",
            "a moment such as '2026-03-01 17:00' in the city's time; a day alone is its end",
        ),
    ),
]
By = Annotated[
    Basis,
    typer.Option(
        "--by",
        metavar="recorded|occurred",
        parser=chosen({basis.name: basis for basis in Basis}),
        help=say(
            "recorded：当时已登记的（默认）；occurred：按发生时间，含后来补录",
            "recorded by then (default), or occurred by then, with what was recorded later",
        ),
    ),
]
