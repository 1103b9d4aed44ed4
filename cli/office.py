"""The installation as a command finds it (本机安装): opened for one command, and who acts."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy.orm import Session

from cli.language import lang
from runtime.office import Office, open_office
from runtime.settings import Settings
from services.identity import Actor, find_actor
from services.keeping import Keeping
from services.organisation import Entering
from services.reading import Reading
from services.round_act import Doing

SOURCE = "cli"


@contextmanager
def office() -> Iterator[Office]:
    """The installation, open for one command. Raises DatabaseBehind, DatabaseNewer, CalendarFileInvalid."""
    opened = open_office(Settings())
    try:
        yield opened
    finally:
        opened.close()


def operator() -> str:
    """Who sits at this machine, where no account acts: `operator:<name of the system's user>`."""
    try:
        return f"operator:{getpass.getuser()}"
    except (OSError, KeyError):  # a container without a user table
        return "operator:unknown"


def acting(session: Session, login: str | None, at: Office | None = None) -> Actor:
    """The person with `login`, else the operator, who keeps the register but holds no seat in any procedure.

    With the installation also what the person holds for absent people today. Raises PersonUnknown.
    """
    if login is None:
        return Actor(operator(), "本机操作员", is_system=True)
    return find_actor(session, login, on=at.city.day(at.now()) if at else None)


def keeping(session: Session, at: Office, login: str, *, reason: str = "", request_id: str | None = None) -> Keeping:
    """Who writes into a project's record now. Raises PersonUnknown."""
    return Keeping(acting(session, login, at), at.now(), SOURCE, request_id, reason)


def doing(session: Session, at: Office, login: str, *, reason: str = "", request_id: str | None = None) -> Doing:
    """Who does something around a round of review now. Raises PersonUnknown."""
    return Doing(acting(session, login, at), at.now(), new_request(request_id), reason, SOURCE)


def reading(at: Office) -> Reading:
    """One look at the record now, in the language of the settings."""
    return Reading(at.city, at.now(), lang())


def entering(at: Office, login: str | None = None) -> Entering:
    """Who enters organisations and people now."""
    return Entering(login or operator(), SOURCE, at.now())


def new_request(given: str | None) -> str:
    """The request id given, else a new one."""
    return given or f"cli:{uuid4()}"
