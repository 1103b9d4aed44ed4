"""Messages (消息): put into inboxes once per person and cause, and queued for the channels each person wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, select, union_all
from sqlalchemy.orm import Session

from models.delivery import Delivery, InboxMessage, SuppressedNotice
from models.person import Person
from notifications.message import Message, to_payload
from services.bulk import insert_all
from services.city import City
from services.delivery import DeliveryStatus
from services.outbox import enqueue_all, row_of
from services.preference import USUAL, Preference, preferences

TOPIC_LENGTH = 400


class Suppressed(StrEnum):
    """Why a notice was kept back: it repeats one of the same day, or a noise budget was used up."""

    repeated = "repeated"
    budget = "budget"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, to whom it goes, and the cause it is told once for."""

    message: Message
    people: Sequence[Person]
    once: str


@dataclass(frozen=True, slots=True)
class _Posting:
    """One message on its way to several people. `once` and `topic` are what it is told once for."""

    message: Message
    once: str
    now: datetime
    project_id: int | None

    @property
    def topic(self) -> str | None:
        message = self.message
        return f"{message.kind}:{message.link}"[:TOPIC_LENGTH] if message.once_a_day else None

    @property
    def payload(self) -> dict[str, Any]:
        return to_payload(self.message)

    def key(self, person_id: int) -> str:
        return f"{self.once}:{person_id}"


class _Sent(NamedTuple):
    """A message that has just been put into somebody's inbox."""

    posting: _Posting
    row: InboxMessage
    person: Person


def post(
    session: Session,
    city: City,
    message: Message,
    people: Iterable[Person],
    *,
    once: str,
    now: datetime,
    project_id: int | None = None,
) -> int:
    """Put `message` into the inbox of each of `people` and queue it for their channels; returns how many are new.

    `once` names the cause, such as `event:42`: one cause reaches a person once, however often it is handled. A kind
    that is told `once_a_day` reaches a person once a day (in the city's zone) for one link, whatever the cause; what
    repeats it is kept as a suppressed notice. The inbox has a message at once; channels wait for the end of the
    person's quiet hours unless the message is urgent.
    """
    return post_all(session, city, [Letter(message, tuple(people), once)], now=now, project_id=project_id)


def post_all(
    session: Session, city: City, letters: Sequence[Letter], *, now: datetime, project_id: int | None = None
) -> int:
    """Post several letters as `post` does each, with statements for all of them together; how many are new."""
    postings = [(_Posting(one.message, one.once, now, project_id), one.people) for one in letters]
    receivers = _fresh(session, postings)
    sent: list[_Sent] = []
    for posting, people in receivers:
        told = _told_today(session, city, posting, people)
        repeated = [(people[person_id], message_id) for person_id, message_id in told.items()]
        _keep_back(session, posting, repeated, Suppressed.repeated)
        fresh = [person for person in people.values() if person.id not in told]
        sent += [_Sent(posting, _row(city, posting, person), person) for person in fresh]
    session.flush()
    insert_all(session, [one.row for one in sent], known_by=("once",))
    _queue(session, city, sent)
    return len(sent)


def _row(city: City, posting: _Posting, person: Person) -> InboxMessage:
    topic = posting.topic
    return InboxMessage(
        person_id=person.id, project_id=posting.project_id, kind=posting.message.kind, payload=posting.payload,
        once=posting.key(person.id), created_at=posting.now, topic=topic,
        topic_on=city.day(posting.now) if topic else None,
    )  # fmt: skip


def suppress(
    session: Session,
    message: Message,
    people: Iterable[Person],
    *,
    once: str,
    reason: Suppressed,
    now: datetime,
    project_id: int | None = None,
) -> int:
    """Keep a message back from `people`, with its content and the reason, for the next digest; how many are new."""
    posting = _Posting(message, once, now, project_id)
    ((_, receivers),) = _fresh(session, [(posting, people)])
    _keep_back(session, posting, [(person, None) for person in receivers.values()], reason)
    return len(receivers)


# built once: every reaction posts something
_KEYS: BindParameter[str] = bindparam("keys", expanding=True)
_HAD = union_all(
    select(InboxMessage.once).where(InboxMessage.once.in_(_KEYS)),
    select(SuppressedNotice.once).where(SuppressedNotice.once.in_(_KEYS)),
)
_TOLD_TODAY = select(InboxMessage.person_id, InboxMessage.id).where(
    InboxMessage.person_id.in_(bindparam("people", expanding=True)),
    InboxMessage.topic == bindparam("about"),
    InboxMessage.topic_on == bindparam("day"),
)


def _fresh(
    session: Session, postings: Sequence[tuple[_Posting, Iterable[Person]]]
) -> list[tuple[_Posting, dict[int, Person]]]:
    """Who has not had each cause yet, by id: neither as a message nor as one kept back; one statement."""
    keyed = [(posting, {posting.key(person.id): person for person in people}) for posting, people in postings]
    asked = {"keys": [key for _, people in keyed for key in people]}
    known = set(session.scalars(_HAD, asked)) if asked["keys"] else set()
    return [(posting, {p.id: p for key, p in people.items() if key not in known}) for posting, people in keyed]


def _told_today(session: Session, city: City, posting: _Posting, receivers: Mapping[int, Person]) -> dict[int, int]:
    """Who was told the same today already, each with the message that did; the database refuses a second one too."""
    if posting.topic is None or not receivers:
        return {}
    asked = {"people": list(receivers), "about": posting.topic, "day": city.day(posting.now)}
    return dict(session.execute(_TOLD_TODAY, asked).tuples().all())


def _keep_back(
    session: Session, posting: _Posting, people: Sequence[tuple[Person, int | None]], reason: Suppressed
) -> None:
    if not people:
        return
    message = posting.message
    session.add_all(
        SuppressedNotice(
            person_id=person.id, project_id=posting.project_id, message_id=said, kind=message.kind,
            payload=to_payload(message), once=posting.key(person.id), reason=reason, created_at=posting.now,
        )
        for person, said in people
    )  # fmt: skip
    session.flush()


def _queue(session: Session, city: City, sent: Sequence[_Sent]) -> None:
    if not sent or not city.channels:
        return
    wanted = preferences(session, [one.person.id for one in sent])
    deliveries = [
        (
            one,
            Delivery(message_id=one.row.id, channel=channel, status=DeliveryStatus.waiting, changed_at=one.posting.now),
        )
        for one in sent
        for channel in wanted.get(one.person.id, USUAL).channels(one.row.kind, city.channels)
    ]
    session.add_all(delivery for _, delivery in deliveries)
    session.flush()
    events = []
    for one, delivery in deliveries:
        posting = one.posting
        title = f"{posting.message.label} → {one.person.name} · {delivery.channel}"
        event = row_of("delivery_requested", title, {"delivery": delivery.id}, posting.now, None, lane=delivery.channel)
        events.append(event | {"available_at": _due_at(city, posting, wanted.get(one.person.id, USUAL))})
    enqueue_all(session, events)


def _due_at(city: City, posting: _Posting, preference: Preference) -> datetime:
    """When the channels may be used: now, or when the person's quiet hours are over."""
    if posting.message.is_urgent:
        return posting.now
    return preference.quiet_hours(city).end(posting.now, city.zone, city.calendar) or posting.now
