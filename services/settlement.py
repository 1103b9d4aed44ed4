"""Settlement (审查结论): a decided round is closed and fires the move of its outcome, signed by the rule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.review import Review, ReviewTask
from policy.schema import ReviewEntry
from services.city import City
from services.identity import system_actor
from services.lock import hold_project
from services.pack import pack_of
from services.project import Advanced, Command, advance
from services.review import standing
from services.review_round import close_round
from states.procedure import StepKind
from states.review import Opinion, ReviewStatus, TaskStatus


def settle(session: Session, city: City, review_id: int, *, now: datetime) -> Advanced | None:
    """Close a decided round and fire its move; None when it is still open, or was settled or withdrawn before.

    None too while the project is suspended: the resume asks again. Lock and status make it harmless to ask twice: two
    last opinions settle a round once.
    """
    found = session.get(Review, review_id)
    if found is None:
        return None
    project = hold_project(session, found.project_id)
    review = session.scalar(
        select(Review).where(Review.id == review_id)
        .options(selectinload(Review.tasks).joinedload(ReviewTask.organisation))
        .with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    if review is None or review.status != ReviewStatus.open:
        return None
    outcome = standing(review)
    pack = pack_of(project.pack_version)
    if outcome is ReviewStatus.open or pack.procedure.step[project.step].kind is StepKind.halt:
        return None
    close_round(session, review, outcome, on=city.day(now), now=now)
    entry = pack.review(review.code)
    trigger = entry.on_pass if outcome is ReviewStatus.passed else entry.on_reject
    command = Command(
        project.code,
        trigger,
        system_actor(entry.code, pack.id),
        f"settle:{review.id}",
        now,
        reason=summary(entry, review),
        source="flow",
    )
    return advance(session, city, command)


def summary(entry: ReviewEntry, review: Review) -> str:
    """The opinions in one line, with every reason for a rejection: 联审联批第2轮：同意 9，不同意 1（消防救援：…）."""
    counts = {opinion: sum(task.opinion == opinion for task in review.tasks) for opinion in Opinion}
    parts = [f"{opinion.label.zh} {count}" for opinion, count in counts.items() if count]
    unasked = sum(task.status == TaskStatus.not_needed for task in review.tasks)
    if unasked:
        parts.append(f"无需办理 {unasked}")
    reasons = [f"{task.organisation.name}：{task.reasons}" for task in review.tasks if task.opinion in _AGAINST]
    return f"{entry.label}第{review.round}轮：{'，'.join(parts)}" + (f"（{'；'.join(reasons)}）" if reasons else "")


_AGAINST = (Opinion.reject, Opinion.supplement)
