"""Accounts (账号): how a person signs in, links that let them set a password, failures counted, sessions open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Account(Base):
    """The password of one person; `password` is a hash with its own parameters (services.account_password)."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    password: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]


class Invitation(Base):
    """A link that lets somebody set a password, once, until it expires; only the hash of its token is kept.

    Without a person it is the first administrator's, who enters themselves. `ended_at` is when it was used or replaced.
    """

    __tablename__ = "account_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime]
    invited_by: Mapped[str] = mapped_column(String(120))
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LoginThrottle(Base):
    """Failed logins in a row, under one login or from one address (`key`), and until when none is tried any more."""

    __tablename__ = "login_throttle"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class WebSession(Base):
    """One browser signed in; only the hash of its token is kept. `way` is one of services.session.Way.

    `seen_at` is kept to the minute. `ended_because` is one of services.session.End.
    """

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_person", "person_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    way: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(80))
    browser: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None] = mapped_column(String(20))
