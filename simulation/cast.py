"""The cast (演员表): who holds which seat and what they may do, looked up once; nobody changes post meanwhile."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.project import Project
from services.identity import Actor, find_actor, people_at, people_in_seat
from states.role import SYSTEM, Role, Seat


class Cast:
    """People by seat or by unit, remembered across transactions."""

    def __init__(self) -> None:
        self._seated: dict[tuple[int, tuple[Seat, ...]], list[str]] = {}
        self._reviewers: dict[int, list[str]] = {}
        self._actors: dict[str, Actor] = {}

    def seated(self, session: Session, project: Project, seats: tuple[Seat, ...]) -> list[str]:
        """The logins of everybody who holds one of the seats for the project."""
        key = (project.organisation_id, seats)
        if key not in self._seated:
            wanted = [seat for seat in seats if seat != SYSTEM]
            people = [p for seat in wanted for p in people_in_seat(session, seat, project.organisation)]
            self._seated[key] = [person.login for person in people]
        return self._seated[key]

    def reviewers(self, session: Session, organisation_id: int) -> list[str]:
        """The logins of everybody who reviews for a unit."""
        if organisation_id not in self._reviewers:
            people = people_at(session, organisation_id, Role.reviewer)
            self._reviewers[organisation_id] = [person.login for person in people]
        return self._reviewers[organisation_id]

    def actor(self, session: Session, login: str) -> Actor:
        """The person with that login."""
        if login not in self._actors:
            self._actors[login] = find_actor(session, login)
        return self._actors[login]
