"""Copies (抄送): people read along with a round: they get its messages and are not asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.person import Person
from models.review_copy import ReviewCopy
from services.audit import Act, RequestReused, done_before, record
from services.city import City
from services.identity import Capacity, find_person, keeper_capacities, unit_capacities
from services.keeping import Keeping
from services.review_round import role_asked
from services.standing import voters
from services.task_hold import Held, hold_round
from services.task_holder import leading
from services.task_notice import Telling, tell_of_round
from states.exceptions import JiugaiError, Kind

COPIED = "抄送给您，仅供知悉，不需要您答复。"
"""Why a message about a round reaches somebody who is not asked."""


class CopyForbidden(JiugaiError):
    """Somebody who has nothing to do with the round."""

    code = "copy_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不能把{review}抄送给别人。可由牵头部门、参加审查的单位或项目专员办理，请与其联系。"
    en = "{actor} cannot copy {review} to anybody. The lead, a unit that is asked, or a coordinator can."


def copy_round(session: Session, city: City, review_id: int, login: str, keeping: Keeping) -> ReviewCopy:
    """Let a person read along with a round; by the lead, a unit that is asked, or a coordinator above the project.

    A copy gives no right to answer. Harmless when repeated, also for somebody who reads along already. Raises
    ReviewMissing, CopyForbidden, PersonUnknown, RequestReused.
    """
    held = hold_round(session, review_id)
    capacity = _may_copy(session, held, keeping)
    person = find_person(session, login)
    query = select(ReviewCopy).where(ReviewCopy.review_id == held.review.id, ReviewCopy.person_id == person.id)
    found = session.scalar(query)
    done = done_before(session, keeping.request_id, "project", held.project.code, "round_copied")
    if done is not None and (done.after["round_id"], done.after["to"]) != (held.review.id, login):
        raise RequestReused(request=keeping.request_id, done=f"{done.subject_id} {done.action}")
    if found is not None:
        return found
    row = ReviewCopy(
        review_id=held.review.id, person_id=person.id, copied_at=keeping.now, copied_by=keeping.actor.login
    )
    session.add(row)
    session.flush()
    _note(session, held, login, keeping, capacity)
    telling = Telling("抄送", f"{held.entry.label}第{held.review.round}轮抄送给您", "知悉即可，不需要您答复。")
    tell_of_round(session, city, held, telling, [person], keeping)
    return row


def readers(session: Session, review_id: int) -> Sequence[Person]:
    """Who reads along with a round: active people, in the order they were copied in."""
    query = select(Person).join(ReviewCopy, ReviewCopy.person_id == Person.id)
    query = query.where(ReviewCopy.review_id == review_id, Person.active)
    return session.scalars(query.order_by(ReviewCopy.id)).all()


def _may_copy(session: Session, held: Held, keeping: Keeping) -> Capacity:
    actor = keeping.actor
    above = () if actor.is_system else keeper_capacities(actor, held.project.organisation)
    asked = [unit_capacities(actor, role_asked(task), task.organisation_id) for task in voters(held.review)]
    found = [*above, *(capacity for one in asked for capacity in one)]
    lead = leading(session, held, actor)
    if lead is None and not found:
        raise CopyForbidden(actor=actor.name or actor.login, review=held.entry.label)
    return lead or found[0]


def _note(session: Session, held: Held, login: str, keeping: Keeping, capacity: Capacity) -> None:
    review = held.review
    after = {"review": review.code, "round": review.round, "round_id": review.id, "to": login}
    act = Act(
        "project", held.project.code, "round_copied", keeping.actor.login, keeping.source, keeping.now,
        reason=keeping.reason.strip(), after=after, on_behalf_of=capacity.on_behalf_of, pack=held.pack.id,
        request_id=keeping.request_id,
    )  # fmt: skip
    record(session, act)
