"""Reasons (缘由): the links of a chain that says why something came to somebody, in words and as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models.organisation import Organisation
from services.candidate import grant_words
from services.person_list import person_names
from services.reading import Reading
from services.seat_holder import Holder, seat_holders
from states.label import Label
from states.role import Role


class Link(StrEnum):
    """What a reason is about: what set it off, the rule, the unit, the person's role, an act of somebody since."""

    cause = "cause"
    rule = "rule"
    unit = "unit"
    person = "person"
    act = "act"

    @property
    def label(self) -> Label:
        """The link in words."""
        return _LINKS[self]


_LINKS = {
    Link.cause: Label("起因", "cause"),
    Link.rule: Label("规定", "rule"),
    Link.unit: Label("单位", "unit"),
    Link.person: Label("人员", "person"),
    Link.act: Label("经办", "act"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words, with the text or the record it comes from, and the data behind it (JSON-safe)."""

    link: Link
    text: str
    source: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Because:
    """Why something came to whom it came: `about` names it, the reasons lead from what set it off to the people."""

    about: str
    reasons: tuple[Reason, ...]


def people_reasons(
    session: Session, reading: Reading, organisation: Organisation, role: Role, login: str | None
) -> list[Reason]:
    """Who acts for a seat and by what: role and grant, or stand-in; of `login` alone where one is given."""
    holders = [one for one in seat_holders(session, organisation.id, role, reading.today) if one.active]
    mine = [one for one in holders if login in (None, one.login)]
    if not mine:
        return [_nobody(session, reading, organisation, role, login)]
    names = person_names(session, reading, {one.granted_by for one in mine})
    return [_person(reading, organisation, role, one, names[one.granted_by]) for one in mine]


def _nobody(session: Session, reading: Reading, organisation: Organisation, role: Role, login: str | None) -> Reason:
    seat, seat_en = f"{organisation.name}{role.label.zh}", f"{role.label.text('en')} of {organisation.name}"
    if login is None:
        return Reason(Link.person, reading.say(f"现在没有在岗的{seat}", f"there is no active {seat_en} now"))
    name = person_names(session, reading, [login])[login]
    text = reading.say(f"{name}现在不是{seat}，也没有代理此席位", f"{name} is not {seat_en}, nor stands in for one")
    return Reason(Link.person, text, data={"login": login, "holds": False})


def _person(reading: Reading, organisation: Organisation, role: Role, holder: Holder, by: str) -> Reason:
    seat, day = grant_words(organisation, role, holder), reading.city.day(holder.granted_at)
    away = holder.substitute.name if holder.substitute else ""
    text = reading.say(
        f"{holder.name}：{seat.zh}" + (f"，现外出，由{away}代理" if away else ""),
        f"{holder.name}: {seat.text('en')}" + (f", away: {away} stands in" if away else ""),
    )
    source = reading.say(f"{by}于 {day} 授予", f"granted by {by} on {day}")
    data = {
        "login": holder.login,
        "role": role.value,
        "organisation": organisation.code,
        "granted_by": holder.granted_by,
        "granted_at": holder.granted_at.isoformat(),
        "on_behalf_of": holder.absent.login if holder.absent else None,
        "stand_in": holder.stand_in.id if holder.stand_in else None,
    }
    return Reason(Link.person, text, source, data)
