"""Hand-over of work (工作交接): what a person who leaves holds goes to a successor, seen beforehand item by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.person import Person
from notifications.message import WorkHandedOver
from services.audit import Act, done_before, record
from services.city import City
from services.identity import Actor, find_person
from services.message import post
from services.organisation import Entering, grant_role
from services.person import grants_of, revoke_role, set_active
from services.stand_in import Appointing, end_stand_ins_of
from services.succession_item import Item, Outcome, Part
from services.succession_plan import plan_items
from services.succession_task import hand_over_tasks
from states.exceptions import JiugaiError, Kind
from states.role import Role


class SuccessorSame(JiugaiError):
    """Nobody hands over to themself."""

    code = "successor_same"
    kind = Kind.refused
    zh = "“{person}”不能把工作交接给自己，请另选接任人。"
    en = '"{person}" cannot hand over to themself: choose somebody else.'


class SuccessionRefused(JiugaiError):
    """Something of what the person holds cannot be the successor's; `items` has the whole plan."""

    code = "succession_refused"
    kind = Kind.refused
    zh = "“{person}”的工作不能整体交接给“{successor}”，未作任何改动：\n{reasons}\n请改选接任人，或先单独处理这些事项。"
    en = 'The work of "{person}" cannot go to "{successor}" as a whole; nothing was changed:\n{reasons_en}'

    def __init__(self, *, person: str, successor: str, items: tuple[Item, ...]) -> None:
        self.items = items
        refused = [item for item in items if item.outcome is Outcome.refused]
        super().__init__(
            person=person,
            successor=successor,
            reasons="\n".join(f"  · {item.what.zh}：{item.why.zh}" for item in refused),
            reasons_en="\n".join(f"  · {item.what.text('en')}: {item.why.text('en')}" for item in refused),
        )


@dataclass(frozen=True, slots=True)
class Succession:
    """Who leaves, who follows, who arranges it, when and why."""

    leaver: str
    successor: str
    entering: Entering
    reason: str = ""
    request_id: str | None = None


def preview_succession(session: Session, city: City, leaver: str, successor: str, *, now: datetime) -> tuple[Item, ...]:
    """What a hand-over would do, item by item; nothing is changed. Raises PersonUnknown, SuccessorSame."""
    return plan_items(session, city, *_people(session, leaver, successor), now=now)


def succeed(session: Session, city: City, wish: Succession) -> tuple[Item, ...]:
    """Hand everything over, end the leaver's seats and stand-ins and deactivate them; what became of each item.

    All or nothing, each part in the history of whom it concerns. Nothing happens twice under one request id: the
    repetition returns no items. Raises PersonUnknown, SuccessorSame, SuccessionRefused, RequestReused.
    """
    if done_before(session, wish.request_id, "person", wish.leaver, "handed_over"):
        return ()
    leaver, successor = _people(session, wish.leaver, wish.successor)
    items = plan_items(session, city, leaver, successor, now=wish.entering.now)
    if any(item.outcome is Outcome.refused for item in items):
        raise SuccessionRefused(person=leaver.name, successor=successor.name, items=items)
    hand_over_tasks(session, city, items, leaver, successor, wish.entering, wish.reason)
    _hand_over_seats(session, city, leaver, successor, wish)
    by = Appointing(Actor(wish.entering.actor, "", is_system=True), wish.entering.now, wish.entering.source)
    end_stand_ins_of(session, city, leaver, by, reason=wish.reason or "离岗交接")
    _record(session, leaver, successor, items, wish)
    set_active(session, city, leaver, active=False, entering=wish.entering, reason=wish.reason)
    _tell(session, city, leaver, successor, items, wish)
    return items


def _people(session: Session, leaver: str, successor: str) -> tuple[Person, Person]:
    if leaver == successor:
        raise SuccessorSame(person=find_person(session, leaver).name)
    return find_person(session, leaver), find_person(session, successor)


def _hand_over_seats(session: Session, city: City, leaver: Person, successor: Person, wish: Succession) -> None:
    """The successor sits down before the leaver gets up: no office is empty in between."""
    grants = [(Role(grant.role), place) for grant, place in grants_of(session, leaver)]
    for role, place in grants:
        grant_role(session, successor, role, place, entering=wish.entering)
    for role, place in grants:
        revoke_role(session, city, leaver, role, place, entering=wish.entering, reason=wish.reason)


def _tell(
    session: Session, city: City, leaver: Person, successor: Person, items: tuple[Item, ...], wish: Succession
) -> None:
    """Tell the successor what is theirs now; it is in the inbox when they first log in."""
    mine = [item for item in items if item.outcome is Outcome.moves]
    message = WorkHandedOver(
        link="/",
        leaver=leaver.name,
        handed_on=city.day(wish.entering.now),
        reason=wish.reason.strip(),
        seats=tuple(item.what.zh for item in mine if item.part is Part.seat),
        tasks=tuple(item.what.zh for item in mine if item.part is Part.task),
        steps=tuple(item.what.zh for item in mine if item.part is Part.step),
    )
    once = f"handed_over:{leaver.login}:{wish.request_id or wish.entering.now.isoformat()}"
    post(session, city, message, [successor], once=once, now=wish.entering.now)


def _record(session: Session, leaver: Person, successor: Person, items: tuple[Item, ...], wish: Succession) -> None:
    counts = {f"{part.value}s": sum(item.part is part for item in items) for part in Part}
    act = Act(
        "person", leaver.login, "handed_over", wish.entering.actor, wish.entering.source, wish.entering.now,
        reason=wish.reason.strip(), after={"successor": successor.login, **counts}, request_id=wish.request_id,
    )  # fmt: skip
    record(session, act)
