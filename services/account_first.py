"""The first administrator (首位管理员): enters the city and themselves with the link the first start prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person
from services.account import put_password, use_first
from services.organisation import Entering, add_organisation, find_organisation
from services.person import NewPerson, add_person, find_anyone, require_login
from states.role import Level, Role

CITY = "city"
"""Code of the city where the first administrator founds it; a list that is imported may use it or its own."""


@dataclass(frozen=True, slots=True)
class First:
    """What the first administrator fills in."""

    city: str
    name: str
    login: str
    password: str


def found(session: Session, token: str, first: First, *, now: datetime) -> Person:
    """Enter the city (unless it is there) and its system administrator with their password.

    Raises InvitationVoid, LoginInvalid, NameInvalid, PasswordUnfit.
    """
    use_first(session, token, now=now)
    require_login(first.login)
    entering = Entering(first.login, "web", now)
    place = session.scalar(select(Organisation).where(Organisation.level == Level.city).order_by(Organisation.id))
    if place is None:
        add_organisation(session, CITY, first.city, Level.city, entering=entering)
        place = find_organisation(session, CITY)
    add_person(session, NewPerson(first.login, first.name, place, Role.system_admin), entering=entering)
    person = find_anyone(session, first.login)
    put_password(session, person, first.password, entering)
    return person
