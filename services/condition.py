"""Conditions (附条件同意): set with an approval, and what becomes of them when the opinion changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from models.review_condition import ReviewCondition
from policy.pack import Pack
from services.keeping import Keeping
from services.task_hold import Held
from states.case import OwedCondition
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import Opinion
from states.review_task import OWED, ConditionStatus
from states.role import Seat

APPLICANT = "coordinator@district"
"""Who owes a condition where nobody is named: the district that carries the project."""
OWNER_LENGTH = 120
"""As long as the column is."""


class ConditionsUnfit(JiugaiError):
    """Conditions go with an approval, and each one says what has to be done."""

    code = "conditions_unfit"
    kind = Kind.invalid
    zh = "附加条件只能随“同意”提出，每条都要写明内容；意见为“{opinion}”的，请把要求写进理由。本次未保存，请改后再提交。"
    en = 'Conditions go with an approval, each with its words; with "{opinion_en}" put them into the reasons.'


class ConditionOwnerTooLong(JiugaiError):
    """Who owes a condition is a name or a seat, not a text."""

    code = "condition_owner_too_long"
    kind = Kind.invalid
    zh = "附加条件的落实单位最多 {limit} 个字，现在是 {length} 个。请写单位名称或岗位，要求写进条件内容。本次未保存。"
    en = "Who owes a condition takes at most {limit} characters, not {length}: give a name, put the rest into the text."


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition as a department writes it: what has to be done, by whom (a seat, or a name in free words)."""

    text: str
    owed_by: str = APPLICANT

    @property
    def is_written(self) -> bool:
        """Whether it says anything."""
        return bool(self.text.strip())


def require_conditions(opinion: Opinion, wanted: Sequence[Wanted]) -> None:
    """Refuse conditions of anything but an approval, and empty ones. Raises ConditionsUnfit, ConditionOwnerTooLong."""
    if wanted and (opinion is not Opinion.approve or not all(one.is_written for one in wanted)):
        raise ConditionsUnfit(opinion=opinion.label.zh, opinion_en=opinion.label.text("en"))
    longest = max((len(one.owed_by.strip()) for one in wanted), default=0)
    if longest > OWNER_LENGTH:
        raise ConditionOwnerTooLong(limit=OWNER_LENGTH, length=longest)


def set_conditions(
    session: Session, held: Held, task: ReviewTask, wanted: Sequence[Wanted], keeping: Keeping
) -> list[int]:
    """Write down the conditions of an approval; returns their numbers."""
    rows = [
        ReviewCondition(
            task_id=task.id,
            project_id=held.project.id,
            review_code=held.review.code,
            text=one.text.strip(),
            owed_by=one.owed_by.strip() or APPLICANT,
            status=ConditionStatus.open,
            set_at=keeping.now,
            set_by=keeping.actor.login,
        )
        for one in wanted
    ]
    if rows:
        session.add_all(rows)
        session.flush()
    return [row.id for row in rows]


def replace_conditions(session: Session, held: Held, tasks: Sequence[ReviewTask], keeping: Keeping) -> None:
    """Let the members' new opinions take the place of the conditions of their earlier rounds: one statement."""
    if held.review.round == 1 or not tasks:
        return
    earlier = select(ReviewTask.id).join(Review).where(Review.project_id == held.project.id)
    earlier = earlier.where(Review.code == held.review.code, Review.round < held.review.round)
    earlier = earlier.where(or_(*map(_same_member, tasks)))
    owed = (ReviewCondition.task_id.in_(earlier), ReviewCondition.status.in_(OWED))
    ended = {"status": ConditionStatus.replaced, "closed_at": keeping.now, "closed_by": keeping.actor.login}
    session.execute(
        update(ReviewCondition).where(*owed).values(**ended, closing_reason=f"第{held.review.round}轮重新答复")
    )


def _same_member(task: ReviewTask) -> ColumnElement[bool]:
    """The same member in an earlier round; one who was added is known by its unit."""
    if task.added is None:
        return and_(ReviewTask.member == task.member, ReviewTask.added.is_(None))
    return and_(ReviewTask.organisation_id == task.organisation_id, ReviewTask.added.is_not(None))


def withdraw_conditions(session: Session, task: ReviewTask, *, actor: str, now: datetime) -> None:
    """Take the conditions of an opinion back with it; one statement."""
    owed = (ReviewCondition.task_id == task.id, ReviewCondition.status.in_(OWED))
    ended = {"status": ConditionStatus.withdrawn, "closed_at": now, "closed_by": actor}
    session.execute(update(ReviewCondition).where(*owed).values(**ended))


def load_conditions(session: Session, project: Project, pack: Pack) -> dict[str, tuple[OwedCondition, ...]]:
    """What is still owed of the conditions of a project's reviews, by review; one statement."""
    query = select(ReviewCondition, Organisation.name).join(ReviewTask, ReviewTask.id == ReviewCondition.task_id)
    query = query.join(Organisation, Organisation.id == ReviewTask.organisation_id)
    query = query.where(ReviewCondition.project_id == project.id, ReviewCondition.status.in_(OWED))
    found: dict[str, tuple[OwedCondition, ...]] = {}
    for row, unit in session.execute(query.order_by(ReviewCondition.id)).tuples():
        owed = OwedCondition(row.id, row.text, Label(unit), owed_label(row.owed_by), row.status)
        found[row.review_code] = (*found.get(row.review_code, ()), owed)
    return found


def conditions_of(session: Session, review: Review) -> tuple[str, ...]:
    """The conditions of a round's approvals that are owed, each with the unit that set it, in words."""
    query = select(ReviewCondition.text, Organisation.name).join(ReviewTask, ReviewTask.id == ReviewCondition.task_id)
    query = query.join(Organisation, Organisation.id == ReviewTask.organisation_id)
    query = query.where(ReviewTask.review_id == review.id, ReviewCondition.status.in_(OWED))
    return tuple(f"{unit}：{text}" for text, unit in session.execute(query.order_by(ReviewCondition.id)).tuples())


def owed_label(owed_by: str) -> Label:
    """Who owes a condition, in words: the seat's name, or what was written."""
    try:
        return Seat.parse(owed_by).label
    except ValueError:
        return Label(owed_by)
