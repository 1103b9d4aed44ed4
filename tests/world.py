"""A small city (阳光市) for tests: real SQLite, a real pack, organisations, people, and a clock that is told."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.project import Project
from policy.calendar import Calendar
from policy.loader import load_pack
from policy.pack import Pack
from runtime.database import Database
from services.city import City
from services.document import Upload, attach
from services.fact import record_facts
from services.identity import Actor, find_actor
from services.keeping import Keeping
from services.organisation import Entering, ensure_organisation, ensure_person, find_organisation, grant_role
from services.outbox import Event, acknowledge, claim
from services.pack import activate, current_version
from services.project import Advanced, Command, advance, find_project
from services.reaction import REACTIONS
from services.register import Enrolment, enrol
from services.review import Answer, answer
from states.review import Opinion
from states.role import Level, Role
from tests.policy.packs import write_pack

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, nine in the morning in the city."""

PDF = b"%PDF-1.7\n% a survey report\n"

PEOPLE = (
    ("wang.district", "王专员", "sunny-nan", Role.coordinator),
    ("li.street", "李街道", "sunny-nan-hua", Role.coordinator),
    ("zhao.city", "赵市办", "sunny", Role.coordinator),
    ("sun.planning", "孙规划", "sunny-nan-planning", Role.reviewer),
    ("qian.fire", "钱消防", "sunny-nan-fire", Role.reviewer),
    ("zhou.audit", "周督查", "sunny", Role.supervisor),
    ("wu.system", "吴系统", "sunny", Role.system_admin),
)


@dataclass
class World:
    """The city at `now`; `tick` moves time on. Every call of a service is one transaction, as at an edge."""

    database: Database
    folder: Path
    pack: Pack
    now: datetime = START
    channels: tuple[str, ...] = ()
    _requests: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def city(self) -> City:
        """What services share."""
        return City(Calendar.national(), ZoneInfo("Asia/Shanghai"), self.folder / "documents", self.channels)

    def tick(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def to(self, day: str, hour: int = 10) -> None:
        """Go to `hour` o'clock (city time) of a day."""
        self.now = datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00")

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction."""
        with self.database.write() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction."""
        with self.database.read() as session:
            yield session

    def request(self) -> str:
        """A new request id."""
        return f"request-{next(self._requests)}"

    def actor(self, login: str) -> Actor:
        """The person with that login."""
        with self.read() as session:
            return find_actor(session, login, on=self.city.day(self.now))

    def keeping(self, login: str = "li.street", reason: str = "") -> Keeping:
        """Who writes into the record now."""
        return Keeping(self.actor(login), self.now, "test", reason=reason)

    def enrol(
        self,
        code: str = "SN-2026-001",
        name: str = "幸福里小区",
        organisation: str = "sunny-nan-hua",
        login: str | None = None,
    ) -> str:
        """Enter a project into the register, by the district's coordinator or, elsewhere, the city's."""
        login = login or ("wang.district" if organisation.startswith("sunny-nan") else "zhao.city")
        with self.write() as session:
            version = current_version(session, self.pack.document.pack.name)
            enrolment = Enrolment(code, name, find_organisation(session, organisation), community=name)
            actor = find_actor(session, login)
            enrol(session, self.city, version, enrolment, actor=actor, source="test", now=self.now)
        return code

    def facts(self, code: str, login: str = "li.street", **values: str) -> None:
        """Record facts as people type them."""
        keeping = self.keeping(login)
        with self.write() as session:
            record_facts(session, find_project(session, code), values, keeping)

    def document(self, code: str, kind: str, login: str = "li.street", content: bytes = PDF) -> None:
        """Attach a document."""
        keeping = self.keeping(login)
        with self.write() as session:
            upload = Upload(kind, f"{kind}.pdf", io.BytesIO(content))
            attach(session, self.city, find_project(session, code), upload, keeping)

    def advance(
        self, code: str, trigger: str, login: str, *, reason: str = "", request_id: str | None = None
    ) -> Advanced:
        """Move a project as a person."""
        actor = self.actor(login)
        command = Command(code, trigger, actor, request_id or self.request(), self.now, reason=reason, source="test")
        with self.write() as session:
            return advance(session, self.city, command)

    def answer(self, task_id: int, login: str, opinion: Opinion, reasons: str = "") -> None:
        """Give an opinion."""
        actor = self.actor(login)
        with self.write() as session:
            answer(session, self.city, Answer(task_id, actor, opinion, reasons, self.request(), self.now, "test"))

    def react(self) -> list[str]:
        """Handle every event that is due, as a flow's task does, and return the results; deliveries stay."""
        results = []
        while events := self._claim():
            results += [self.handle(event) for event in events]
        return results

    def _claim(self) -> list[Event]:
        with self.write() as session:
            return [event for event in claim(session, "test", now=self.now) if event.kind in REACTIONS]

    def handle(self, event: Event) -> str:
        """Handle one event in one transaction with its acknowledgement."""
        with self.write() as session:
            result = REACTIONS[event.kind].handle(session, self.city, event, self.now)
            acknowledge(session, event.id, now=self.now, flow_run=None, result=result)
        return result

    def project(self, code: str = "SN-2026-001") -> Project:
        """The project as it stands."""
        with self.read() as session:
            return find_project(session, code)


def found_city(world: World) -> None:
    """Enter organisations and people, and put the pack in force."""
    entering = Entering("system:setup", "test", world.now)

    def organisation(
        code: str, name: str, level: Level, parent: Organisation | None, function: str | None = None
    ) -> Organisation:
        return ensure_organisation(session, code, name, level, entering=entering, parent=parent, function=function)

    with world.write() as session:
        city = organisation("sunny", "阳光市", Level.city, None)
        district = organisation("sunny-nan", "南山区", Level.district, city)
        organisation("sunny-nan-hua", "花园街道", Level.street, district)
        organisation("sunny-bei", "北山区", Level.district, city)
        organisation("sunny-nan-planning", "南山区自然资源局", Level.department, district, "planning")
        organisation("sunny-nan-fire", "南山区消防救援大队", Level.department, district, "fire")
        for login, name, place, role in PEOPLE:
            where = find_organisation(session, place)
            person = ensure_person(session, login, name, where, entering=entering, email=f"{login}@sunny.example")
            grant_role(session, person, role, where, entering=entering)
        activate(session, world.pack, actor="system:setup", source="test", now=world.now)


def small_pack(folder: Path) -> Pack:
    """The tests' own small pack, loaded."""
    return load_pack(write_pack(folder))
