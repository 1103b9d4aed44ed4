"""Alerts (预警通知): each notice of a rung to each person, within the pack's noise budget (政府督查工作条例 15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from models.clock import Clock, ClockRung
from models.delivery import InboxMessage
from models.person import Person
from models.supervision import Alert
from services.city import City
from services.message import Suppressed, post, suppress
from services.rung_notice import Fired, line_of, notice_of, rung_of
from services.rung_receiver import receivers_of
from states.alert import RungAct
from states.clock import ClockStatus


def tell(session: Session, city: City, fired: Fired, people: Iterable[Person]) -> tuple[int, int]:
    """Tell people of a rung; returns how many were told and how many had their budget of the day used up.

    One person gets the pack's number of notices for each project and day. What goes beyond is kept back: listed in
    the notice of the day (另有 …) or in the next one, in the digest, and among the person's alerts. Never lost.
    """
    receivers = {person.id: person for person in people}
    used_up = _used_up(session, city, fired, list(receivers))
    left = [person for person in receivers.values() if person.id not in used_up]
    merged = [person for person in receivers.values() if person.id in used_up]
    if left:
        _tell(session, city, fired, left)
    if merged:
        _merge(session, city, fired, merged)
    return len(left), len(merged)


def _tell(session: Session, city: City, fired: Fired, people: Sequence[Person]) -> None:
    """Post the notice, one letter for those for whom it lists the same beside."""
    kept = _kept_back(session, fired, [person.id for person in people])
    groups: defaultdict[tuple[str, ...], list[Person]] = defaultdict(list)
    for person, also in zip(people, _also(session, city, fired, people, kept), strict=True):
        groups[also].append(person)
    for also, group in groups.items():
        message = notice_of(session, city, fired, also)
        post(session, city, message, group, once=fired.once, now=fired.now, project_id=fired.project.id)
    said = _messages(session, fired.once, people)
    for person in people:
        _add(session, city, fired, person, message_id=said.get(person.id))
        for alert, _ in kept[person.id]:
            alert.message_id = said.get(person.id)
    session.flush()


def note_alerts(session: Session, city: City, fired: Fired, people: Iterable[Person], once: str) -> None:
    """Write down that people were told of a rung by another paper: an order, a circular. It counts as their notice."""
    receivers = list({person.id: person for person in people}.values())
    said = _messages(session, once, receivers)
    for person in receivers:
        _add(session, city, fired, person, message_id=said.get(person.id))
    session.flush()


# Statements are built once: a night with a thousand rungs asks each of them a thousand times.
_PEOPLE: BindParameter[int] = bindparam("people", expanding=True)
_MINE = (Alert.person_id.in_(_PEOPLE), Alert.project_id == bindparam("of_project"))
_TOLD = (
    select(Alert.person_id, func.count())
    .where(*_MINE, Alert.merged.is_(False), Alert.told_on == bindparam("day"))
    .group_by(Alert.person_id)
)
_KEPT_BACK = (
    select(Alert, Clock)
    .join(Clock, Clock.id == Alert.clock_id)
    .where(*_MINE, Alert.merged, Alert.acknowledged_at.is_(None), Alert.message_id.is_(None))
    .where(Clock.status == ClockStatus.running, Clock.id != bindparam("but"))
    .order_by(Alert.id)
)
_FIRED_TOO = (
    select(ClockRung, Clock)
    .join(Clock, Clock.id == ClockRung.clock_id)
    .where(Clock.project_id == bindparam("of_project"), Clock.status == ClockStatus.running)
    .where(Clock.id != bindparam("but"), ClockRung.skipped.is_(False))
    .where(ClockRung.fired_at >= bindparam("since"), ClockRung.fired_at < bindparam("until"))
    .order_by(ClockRung.id)
)
_LISTING = (
    select(Alert.person_id, InboxMessage)
    .join(InboxMessage, Alert.message_id == InboxMessage.id)
    .where(*_MINE, Alert.told_on == bindparam("day"))
    .order_by(Alert.id)
)
_SAID = select(InboxMessage.person_id, InboxMessage.id).where(InboxMessage.once.in_(bindparam("keys", expanding=True)))


def _used_up(session: Session, city: City, fired: Fired, people: Sequence[int]) -> set[int]:
    """Whose budget of the day for this project is used up."""
    rule = fired.pack.document.supervision
    if rule is None or not people:
        return set()
    asked = {"people": people, "of_project": fired.project.id, "day": city.day(fired.now)}
    return {person for person, told in session.execute(_TOLD, asked).tuples() if told >= rule.notices.most}


_Kept = Mapping[int, Sequence[tuple[Alert, Clock]]]


def _also(
    session: Session, city: City, fired: Fired, people: Sequence[Person], kept: _Kept
) -> Iterator[tuple[str, ...]]:
    """What else the notice of each has to list: kept back before, or fired today and not told any more."""
    too: list[tuple[set[int], str]] = []
    if fired.pack.document.supervision is not None:
        for clock, place in _fired_too(session, city, fired):
            rung, on = rung_of(fired.pack, clock, place), city.day(fired.now)
            told = receivers_of(session, fired.project, fired.pack, clock, rung, on=on)
            too.append(({one.id for one in told}, line_of(fired.pack, clock, place)))
    for person in people:
        lines = [line_of(fired.pack, clock, alert.rung) for alert, clock in kept[person.id]]
        yield tuple(dict.fromkeys(lines + [line for told_too, line in too if person.id in told_too]))


def _kept_back(session: Session, fired: Fired, people: Sequence[int]) -> _Kept:
    """By person the alerts of the project no message has listed yet, whose matter is still open."""
    found: dict[int, list[tuple[Alert, Clock]]] = {person: [] for person in people}
    if fired.pack.document.supervision is not None:
        asked = {"people": people, "of_project": fired.project.id, "but": fired.clock.id}
        for alert, clock in session.execute(_KEPT_BACK, asked).tuples():
            found[alert.person_id].append((alert, clock))
    return found


def _fired_too(session: Session, city: City, fired: Fired) -> list[tuple[Clock, int]]:
    """The other rungs of the project that fired today and only tell, their events perhaps not handled yet."""
    begins = datetime.combine(city.day(fired.now), time(), city.zone)
    day = {"since": begins, "until": begins + timedelta(days=1)}
    rows = session.execute(_FIRED_TOO, {"of_project": fired.project.id, "but": fired.clock.id, **day}).tuples()
    found = [(clock, rung.rung) for rung, clock in rows]
    return [(clock, place) for clock, place in found if rung_of(fired.pack, clock, place).act == RungAct.notify]


def _merge(session: Session, city: City, fired: Fired, people: Sequence[Person]) -> None:
    suppress(
        session, notice_of(session, city, fired), people,
        once=fired.once, reason=Suppressed.budget, now=fired.now, project_id=fired.project.id,
    )  # fmt: skip
    line = line_of(fired.pack, fired.clock, fired.place)
    listed = _listing(session, city, fired, people, line)
    for person in people:
        _add(session, city, fired, person, message_id=listed.get(person.id), merged=True)
    session.flush()


def _listing(session: Session, city: City, fired: Fired, people: Sequence[Person], line: str) -> dict[int, int]:
    """By person the notice of today that already lists this one."""
    asked = {"people": [one.id for one in people], "of_project": fired.project.id, "day": city.day(fired.now)}
    found: dict[int, int] = {}
    for person, message in session.execute(_LISTING, asked).tuples():
        if line in message.payload.get("also", ()):
            found.setdefault(person, message.id)
    return found


def _add(
    session: Session, city: City, fired: Fired, person: Person, *, message_id: int | None, merged: bool = False
) -> None:
    session.add(
        Alert(
            event_id=fired.event_id, clock_id=fired.clock.id, project_id=fired.project.id, person_id=person.id,
            rung=fired.place, skipped={"rungs": list(fired.skipped)}, merged=merged, message_id=message_id,
            told_on=city.day(fired.now), told_at=fired.now,
        )
    )  # fmt: skip


def _messages(session: Session, once: str, people: Sequence[Person]) -> dict[int, int]:
    """The message each has under a cause."""
    if not people:
        return {}
    return dict(session.execute(_SAID, {"keys": [f"{once}:{person.id}" for person in people]}).tuples().all())
