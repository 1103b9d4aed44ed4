"""Changing preferences (修改通知偏好): by the person or a system administrator, each change an entry in the history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.person import Person
from models.preference import NoticeChoice, NoticeProfile
from notifications.message import MESSAGES, MessageKindUnknown
from services.audit import Act, done_before, record
from services.city import City
from services.identity import Actor, find_person
from services.keeping import Keeping
from services.preference import EVERY_KIND, Preference, Way, is_mandatory, preference_of
from services.quiet import QuietHours
from states.exceptions import JiugaiError, Kind, Lang
from states.role import Role


class NoticeMandatory(JiugaiError):
    """A kind that nobody may switch off."""

    code = "notice_mandatory"
    kind = Kind.refused
    zh = "“{label}”必须送达，不能改为“{way}”；可以选择经哪些渠道。渠道都不方便的，请与系统管理员商定。"
    en = 'The kind "{label_en}" has to be delivered and cannot be "{way_en}"; you may choose its channels.'


class ChannelNotInForce(JiugaiError):
    """A channel the city does not use."""

    code = "channel_not_in_force"
    kind = Kind.invalid
    zh = "本市没有启用渠道“{channel}”（已启用：{known}）。请另选，或请系统管理员启用。"
    en = 'The channel "{channel}" is not in force here (in force: {known}). Choose another or ask the administrator.'


class PreferenceForbidden(JiugaiError):
    """Somebody else's preferences."""

    code = "preference_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 只能改自己的通知偏好；他人的请由本人或系统管理员修改。"
    en = "{actor} may change their own preferences only; those of others are changed by them or a system administrator."


@dataclass(frozen=True, slots=True)
class Manner:
    """How a person wants to be told at all; what is None follows the city. `digest`: through the channels too."""

    lang: Lang | None = None
    quiet: QuietHours | None = None
    digest: bool = True


def choose(
    session: Session, city: City, login: str, kind: str, way: Way, channels: Collection[str], keeping: Keeping
) -> Preference:
    """Set how `kind` (`*`: every kind without a choice of its own) reaches a person; returns what holds now.

    Harmless under a repeated request id. Raises PersonUnknown, PreferenceForbidden, MessageKindUnknown,
    NoticeMandatory, ChannelNotInForce.
    """
    person = _mine(session, login, keeping.actor)
    _check(city, kind, way, channels)
    if done_before(session, keeping.request_id, "person", login, "notice_choice_made") is None:
        row = _choice(session, person, kind)
        before = {"kind": kind, "way": row.way, "channels": row.channels} if row else {}
        if row is None:
            row = NoticeChoice(person_id=person.id, kind=kind)
            session.add(row)
        row.way, row.channels, row.changed_at = way, list(channels) if way is Way.channels else [], keeping.now
        after = {"kind": kind, "way": row.way, "channels": row.channels}
        _note(session, person, "notice_choice_made", keeping, before, after)
    session.flush()
    return preference_of(session, person.id)


def forget_choice(session: Session, login: str, kind: str, keeping: Keeping) -> Preference:
    """Let a kind follow the city again; harmless when it does already.

    Raises PersonUnknown, PreferenceForbidden, MessageKindUnknown.
    """
    person = _mine(session, login, keeping.actor)
    _known(kind)
    row = _choice(session, person, kind)
    if row is not None and done_before(session, keeping.request_id, "person", login, "notice_choice_dropped") is None:
        before = {"kind": kind, "way": row.way, "channels": row.channels}
        session.delete(row)
        _note(session, person, "notice_choice_dropped", keeping, before, {})
    session.flush()
    return preference_of(session, person.id)


def set_manner(session: Session, login: str, manner: Manner, keeping: Keeping) -> Preference:
    """Set language, quiet hours and the digest of a person; harmless under a repeated request id.

    Raises PersonUnknown, PreferenceForbidden.
    """
    person = _mine(session, login, keeping.actor)
    if done_before(session, keeping.request_id, "person", login, "notice_manner_set") is None:
        before = manner_of(preference_of(session, person.id))
        row = session.get(NoticeProfile, person.id) or NoticeProfile(person_id=person.id)
        session.add(row)
        quiet = manner.quiet
        row.lang, row.digest, row.changed_at = manner.lang, manner.digest, keeping.now
        row.quiet_from, row.quiet_until = (quiet.start, quiet.until) if quiet else (None, None)
        row.quiet_rest_days = quiet.rest_days if quiet else None
        _note(session, person, "notice_manner_set", keeping, _plain(before), _plain(manner))
    session.flush()
    return preference_of(session, person.id)


def manner_of(preference: Preference) -> Manner:
    """The part of a preference that `set_manner` sets, to change one thing of it."""
    return Manner(preference.lang, preference.quiet, preference.digest)


def _plain(manner: Manner) -> dict[str, Any]:
    quiet = manner.quiet
    hours = f"{quiet.start:%H:%M}-{quiet.until:%H:%M}" if quiet else None
    rest = quiet.rest_days if quiet else None
    return {"lang": manner.lang, "quiet": hours, "quiet_rest_days": rest, "digest": manner.digest}


def _mine(session: Session, login: str, actor: Actor) -> Person:
    person = find_person(session, login)
    if actor.login != login and not any(grant.role is Role.system_admin for grant in actor.grants):
        raise PreferenceForbidden(actor=actor.name or actor.login)
    return person


def _check(city: City, kind: str, way: Way, channels: Collection[str]) -> None:
    _known(kind)
    if way is not Way.channels and is_mandatory(kind):
        raise NoticeMandatory(label=MESSAGES[kind].label, label_en=kind, way=way.label.zh, way_en=way.label.text("en"))
    for name in channels:
        if name not in city.channels:
            raise ChannelNotInForce(channel=name, known="、".join(city.channels) or "无")


def _known(kind: str) -> None:
    if kind != EVERY_KIND and kind not in MESSAGES:
        raise MessageKindUnknown(message_kind=kind)


def _choice(session: Session, person: Person, kind: str) -> NoticeChoice | None:
    query = select(NoticeChoice).where(NoticeChoice.person_id == person.id, NoticeChoice.kind == kind)
    return session.scalar(query.with_for_update())


def _note(
    session: Session, person: Person, action: str, keeping: Keeping, before: dict[str, Any], after: dict[str, Any]
) -> None:
    act = Act(
        "person", person.login, action, keeping.actor.login, keeping.source, keeping.now,
        reason=keeping.reason, before=before, after=after, request_id=keeping.request_id,
    )  # fmt: skip
    record(session, act)
