"""Adding working days (工作日相加): ours by direct index beside a plain loop over chinesecalendar, in one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter_ns

from chinese_calendar import is_workday

from policy.calendar import Calendar

ROUNDS = 3
STARTS = [date(2025, 1, 1) + timedelta(days=offset) for offset in range(365)]


def by_loop(start: date, n: int) -> date:
    """The limit it is held against: step day by day and ask chinesecalendar."""
    day = start
    while n:
        day += timedelta(days=1)
        n -= is_workday(day)
    return day


def nanoseconds(add: Callable[[date, int], object], n: int, repeat: int) -> float:
    """The best of some rounds, per addition."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        for _ in range(repeat):
            for start in STARTS:
                add(start, n)
        best = min(best, (perf_counter_ns() - began) / repeat / len(STARTS))
    return best


def main() -> None:
    """Print nanoseconds per addition and the ratio as one JSON document, after checking that both agree."""
    add = Calendar.national().add_working_days
    figures = []
    for n in (5, 20, 45):
        differing = [start for start in STARTS if add(start, n).day != by_loop(start, n)]
        if differing:
            raise SystemExit(f"differs from chinesecalendar for n={n}: {differing[:3]}")
        direct, loop = nanoseconds(add, n, 100), nanoseconds(by_loop, n, 1)
        figures.append(
            {"working_days": n, "direct_ns": round(direct), "loop_ns": round(loop), "ratio": round(loop / direct)}
        )
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
