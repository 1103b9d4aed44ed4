"""Figures over N projects: what filling the counts takes, and what each figure takes after that.

`python -m benchmarks.insight [N …]`; by default 300,000 projects: of each its clocks of steps, of a review and of the
departments asked, some twenty of them.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from benchmarks.sweep import NOW as BEGUN
from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from models.review import Review
from policy.pack import Pack
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.identity import system_actor
from services.insight import departments, holders, late, steps
from services.insight_figure import ALL, Compare, Scope
from services.insight_fill import gather, keep
from services.insight_return import returns, rework, variants
from services.organisation import find_organisation
from services.pack import activate, current_version
from services.reading import Reading
from services.register import Enrolment, enrol
from simulation.founding import found
from states.procedure import Nature, StepKind

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
FIRST, LAST = date(2020, 1, 6), date(2026, 8, 31)
DISTRICTS = ["南山区", "北山区", "东湖区", "西湖区", "高新区", "临江区"]
CHUNK = 2000
Row = dict[str, Any]


def prepare(office: Office, size: int) -> Pack:
    """The demonstration city with `size` projects somewhere on the default pack's way."""
    pack = take_pack(office.settings, "default")
    with office.database.write() as session:
        activate(session, pack, actor="system:benchmark", source="benchmark", now=BEGUN)
        found(session, pack, DISTRICTS, now=BEGUN)
    with office.database.write() as session:
        place, version = find_organisation(session, "demo-01"), current_version(session, "default")
        enrolment = Enrolment("B-0", "幸福里", place, community="幸福里")
        actor = system_actor("benchmark", pack.id)
        enrol(session, office.city, version, enrolment, actor=actor, source="benchmark", now=BEGUN)
    with office.database.write() as session:
        _Filling(session, pack).write(size)
    return pack


class _Filling:
    """Rows of many projects after the pattern of the first one, seeded, so that every run measures the same."""

    def __init__(self, session: Session, pack: Pack) -> None:
        self.session, self.pack, self.chance = session, pack, random.Random(20260901)
        self.projects, self.clocks, self.reviews = (cast(Table, one.__table__) for one in (Project, Clock, Review))
        self.project = dict(session.execute(self.projects.select()).mappings().one())
        self.clock = dict(session.execute(self.clocks.select()).mappings().one()) | {"next_check_on": None}
        places = session.scalars(select(Organisation).where(Organisation.level != "department")).all()
        self.places = [place.id for place in places]
        self.units = list(session.scalars(select(Organisation.id).where(Organisation.level == "department")))
        self.way = _way(pack)
        self.number, self.review = 1, 0

    def write(self, size: int) -> None:
        for start in range(2, size + 1, CHUNK):
            numbers = range(start, min(start + CHUNK, size + 1))
            rows: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
            for number in numbers:
                self._project(number, *rows)
            for table, found_ in zip((self.projects, self.clocks, self.reviews), rows, strict=True):
                self.session.execute(insert(table), found_)

    def _project(self, number: int, projects: list[Row], clocks: list[Row], reviews: list[Row]) -> None:
        place = self.chance.choice(self.places)
        day = FIRST + timedelta(days=self.chance.randrange(2200))
        steps_ = list(self._steps(day))
        is_done = steps_[-1][2] is not None and len(steps_) >= len(self.way)
        projects.append(
            self.project
            | {"id": number, "code": f"B-{number}", "organisation_id": place}
            | ({"step": "struck_off"} if is_done else {})
        )
        for limit, begun, ended, code in steps_:
            subject = "review" if code else "step"
            clocks.append(self._clock(number, subject, limit, place, begun, ended))
            if code and ended:
                self._round(number, code, begun, ended, clocks, reviews)

    def _steps(self, day: date) -> Iterator[tuple[str, date, date | None, str]]:
        """The way, as far as this project has come; now and then a review sends it back once."""
        length = self.chance.randrange(2, len(self.way) + 6)
        course = [*self.way]
        if self.chance.random() < 0.2:
            course[5:5] = course[3:5]
        for limit, code in course[:length]:
            ended = day + timedelta(days=int(self.chance.lognormvariate(2.3, 0.8)))
            yield limit, day, ended if ended <= LAST else None, code
            if ended > LAST:
                return
            day = ended

    def _round(self, number: int, code: str, begun: date, ended: date, clocks: list[Row], reviews: list[Row]) -> None:
        self.review += 1
        clocks[-1]["subject_id"] = self.review
        turn = 1 + sum(one["project_id"] == number and one["code"] == code for one in reviews[-9:])
        status = "passed" if self.chance.random() < 0.8 else "rejected"
        at = datetime(begun.year, begun.month, begun.day, tzinfo=UTC)
        reviews.append(
            {
                "id": self.review, "project_id": number, "code": code, "kind": "joint_review", "round": turn,
                "status": status, "mode": "all", "rule": {}, "settle": "when_all_answered", "opened_at": at,
                "closed_at": at, "version": 1,
            }
        )  # fmt: skip
        for unit in self.chance.sample(self.units, min(3, len(self.units))):
            span = self.chance.randrange((ended - begun).days + 1)
            clocks.append(self._clock(number, "task", "opinion_10", unit, begun, begun + timedelta(days=span)))

    def _clock(self, project: int, subject: str, limit: str, holder: int, begun: date, ended: date | None) -> Row:
        self.number += 1
        late_ = ended is not None and (ended - begun).days > 20
        return self.clock | {
            "id": self.number, "project_id": project, "subject": subject, "subject_id": None, "limit_code": limit,
            "holder_id": holder, "started_on": begun, "ended_on": ended,
            "status": "running" if ended is None else "late" if late_ else "met",
        }  # fmt: skip


def _way(pack: Pack) -> list[tuple[str, str]]:
    """The limits of the steps on the straight way to the end, a review with its code."""
    procedure, step, way, seen = pack.procedure, pack.procedure.start, [], set()
    reviews = {move: one for one in pack.document.reviews for move in (one.on_pass,)}
    while procedure.step[step].kind is not StepKind.end and step not in seen:
        seen.add(step)
        move = next(move for move in procedure.moves_from(step) if move.nature is Nature.forward)
        limit = procedure.step[step].limit
        review = reviews.get(move.trigger)
        way.append((limit, "") if limit else (review.limit, review.code) if review else ("", ""))
        step = move.target
    return [one for one in way if one[0]]


def timed(office: Office, figure: Callable[..., Any], scope: Scope) -> float:
    """Wall milliseconds of one figure, the best of three, each in a session of its own."""
    spent = []
    for _ in range(3):
        began = time.perf_counter()
        with office.database.read() as session:
            figure(session, Reading(office.city, NOW), scope)
        spent.append(time.perf_counter() - began)
    return round(min(spent) * 1000, 1)


def measure(size: int) -> Row:
    """The figures of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'jiugai.db'}", channels="")
        upgrade(settings.url)
        office = open_office(settings)
        prepare(office, size)
        began = time.perf_counter()
        with office.database.read() as session:
            counts = gather(session, office.city)
        gathered = time.perf_counter()
        with office.database.write() as session:
            keep(session, counts, now=NOW)
        counted = {
            "projects": counts.projects, "clocks": counts.clocks, "rows": len(counts.tally) + len(counts.paths),
            "gather_s": round(gathered - began, 1), "keep_s": round(time.perf_counter() - gathered, 1),
        }  # fmt: skip
        scopes = {
            "": ALL,
            "_one_district": Scope(district="南山区"),
            "_by_district": Scope(compare=Compare.district),
            "_by_year": Scope(compare=Compare.year),
        }
        figures = {
            f"{figure.__name__}{name}_ms": timed(office, figure, scope)
            for figure in (steps, holders, departments, late, returns, rework, variants)
            for name, scope in scopes.items()
        }
        office.close()
    return {**counted, "slowest_ms": max(figures.values()), **figures}


def main() -> None:
    """Print the figures as one JSON document."""
    sizes = [int(word) for word in sys.argv[1:]] or [300_000]
    sys.stdout.write(json.dumps([measure(size) for size in sizes], indent=1) + "\n")


if __name__ == "__main__":
    main()
