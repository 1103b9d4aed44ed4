"""Founding the demo city (建立演示城市): its organisations and somebody in every seat."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models.organisation import Organisation
from policy.pack import Pack
from services.organisation import Entering, ensure_organisation, ensure_person, grant_role
from states.role import Level, Role

DATA = Path(__file__).parent / "data"
CITY = "demo"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = ("建国", "秀英", "志强", "丽华", "伟", "敏", "海涛", "晓燕", "国平", "玉兰")


def found(session: Session, pack: Pack, districts: list[str], *, now: datetime) -> Organisation:
    """The demo city with a bureau for every department of the pack in every district, and somebody in every seat."""
    entering = Entering("system:demo", "demo", now)
    city = ensure_organisation(session, CITY, "演示市", Level.city, entering=entering)
    cast = _Cast(session, entering)
    cast.seat(city, (Role.coordinator, Role.coordinator, Role.reviewer))
    cast.seat(city, (Role.supervisor,))
    for role in (Role.system_admin, Role.security_admin, Role.audit_admin):
        cast.seat(city, (role,))
    for number, name in enumerate(districts, start=1):
        _district(session, cast, pack, city, f"{CITY}-{number:02d}", name)
    return city


def _district(session: Session, cast: _Cast, pack: Pack, city: Organisation, code: str, name: str) -> None:
    district = ensure_organisation(session, code, name, Level.district, entering=cast.entering, parent=city)
    cast.seat(district, (Role.coordinator, Role.coordinator, Role.reviewer))
    for department in pack.document.departments:
        unit = ensure_organisation(
            session,
            f"{code}-{department.code}",
            f"{name}{department.label}",
            Level(department.level),
            entering=cast.entering,
            parent=district,
            function=department.code,
        )
        cast.seat(unit, (Role.reviewer,))


class _Cast:
    """Gives made-up people to seats; `example` addresses go nowhere."""

    def __init__(self, session: Session, entering: Entering) -> None:
        self.session = session
        self.entering = entering
        self._count = 0

    def seat(self, unit: Organisation, roles: tuple[Role, ...]) -> None:
        """Put one new person into each role at `unit`."""
        for number, role in enumerate(roles, start=1):
            login = f"{unit.code}-{role.replace('_', '')}{number}"
            person = ensure_person(
                self.session, login, self._name(), unit, entering=self.entering, email=f"{login}@demo.example"
            )
            grant_role(self.session, person, role, unit, entering=self.entering)

    def _name(self) -> str:
        self._count += 1
        return SURNAMES[self._count % len(SURNAMES)] + GIVEN[(self._count // len(SURNAMES)) % len(GIVEN)]
