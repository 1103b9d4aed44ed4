"""Habits (习惯): how quick, how careful and how often away people are, drawn from the seed and from nothing else."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.city import City

OPENING = time(9, 0)
WORKING_MINUTES = 8 * 60
PACES = (1, 1, 2, 2, 3, 4, 6)
"""Working days a unit usually takes; each unit keeps to one of these for the whole year."""
LATE = 0.06
"""Share of acts that are forgotten for weeks: those are what the lights and the ladder are for."""
FORGOTTEN = (12, 30)
REJECTS = 0.05
"""Share of opinions of a first round that object."""
SENT_BACK = 0.15
"""Share of first replies to a supervision order that are sent back."""
DEFECTS = 0.4
"""Share of projects with a defect at the first acceptance."""
HALTS = 0.04
"""Share of moves into construction after which the project stands still for a while."""
HALTED = (3, 20)
AWAY = 10
"""Working days a year everybody is away."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Every draw depends on the seed and on what it is for, so the order in which they are made does not matter."""

    seed: int
    city: City

    def rng(self, *what: object) -> random.Random:
        """The dice for one thing."""
        return random.Random(f"{self.seed}:{':'.join(map(str, what))}")  # noqa: S311 - people, not secrets

    def next_time(self, who: str, what: str, now: datetime) -> datetime:
        """When `who` gets round to `what`: some working days after `now`, in office hours, after any absence."""
        rng = self.rng(who, what)
        pace = self.rng(who, "pace").choice(PACES)
        days = rng.randint(*FORGOTTEN) if rng.random() < LATE else max(0, round(rng.gauss(pace, pace / 2)))
        day = self.city.calendar.add_working_days(self.city.day(now), days).day
        moment = datetime.combine(self._back(who, day), OPENING, self.city.zone)
        moment += timedelta(minutes=rng.randrange(WORKING_MINUTES))
        return max(moment, now + timedelta(minutes=rng.randint(5, 50)))

    def _back(self, who: str, day: date) -> date:
        """The first day from `day` on on which `who` is at work: neither a rest day nor away."""
        calendar = self.city.calendar
        left = calendar.roll_forward(date(day.year, 1, 4)).day + timedelta(days=self.rng(who, day.year).randrange(330))
        returned = calendar.add_working_days(left, AWAY).day
        return calendar.roll_forward(returned if left <= day < returned else day).day

    def objects(self, task: int, round_number: int) -> bool:
        """Whether an opinion is a rejection; a later round has mended what the first one found."""
        return round_number == 1 and self.rng("opinion", task).random() < REJECTS

    def sends_back(self, order: int) -> bool:
        """Whether the first reply to an order is sent back."""
        return self.rng("order", order).random() < SENT_BACK

    def has_defect(self, code: str) -> bool:
        """Whether the first acceptance of a project finds something."""
        return self.rng("defect", code).random() < DEFECTS

    def halt(self, code: str, moves: int) -> int:
        """Working days the project stands still now; 0 nearly always."""
        rng = self.rng("halt", code, moves)
        return rng.randint(*HALTED) if rng.random() < HALTS else 0
