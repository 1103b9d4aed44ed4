"""Settlement (审查结论): a decided round is closed and fires the move of its outcome, signed by the rule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.review import Review
from policy.schema import ReviewEntry
from services.city import City
from services.clock import refresh_light
from services.identity import system_actor
from services.project import Advanced, Command, advance
from services.review_round import close_round
from services.ruling import hold_for_lead
from services.standing import standing
from services.task_hold import Held, hold_rounds
from states.procedure import StepKind
from states.review import Opinion, ReviewStatus, TaskStatus


def settle(session: Session, city: City, review_id: int, *, now: datetime) -> Advanced | None:
    """Close a decided round and fire its move; None when it is still open, or was settled or withdrawn before.

    None too while the project is suspended: the resume asks again; and while a round to be returned waits for its lead
    or for papers (services.ruling). Lock and status make it harmless to ask twice: two last opinions settle a round
    once.
    """
    found = hold_rounds(session, [review_id])
    return settle_held(session, city, found[0], now=now) if found else None


def settle_held(session: Session, city: City, held: Held, *, now: datetime) -> Advanced | None:
    """The same for a round that is held already."""
    if held.review.status != ReviewStatus.open:
        return None
    outcome = standing(held.review)
    if outcome is ReviewStatus.open or held.pack.procedure.step[held.project.step].kind is StepKind.halt:
        return None
    if outcome is ReviewStatus.rejected and hold_for_lead(session, city, held, now=now):
        refresh_light(session, held.project)
        return None
    return end_round(
        session, city, held, outcome, rule=held.entry.code, reason=summary(held.entry, held.review), now=now
    )


def end_round(
    session: Session, city: City, held: Held, outcome: ReviewStatus, *, rule: str, reason: str, now: datetime
) -> Advanced:
    """Close a round as passed or rejected and fire the move of that outcome, signed `system:<rule>@<pack>`."""
    trigger = held.entry.on_pass if outcome is ReviewStatus.passed else held.entry.on_reject
    return leave_round(session, city, held, outcome, trigger, rule=rule, reason=reason, now=now)


def leave_round(
    session: Session,
    city: City,
    held: Held,
    outcome: ReviewStatus,
    trigger: str,
    *,
    rule: str,
    reason: str,
    now: datetime,
) -> Advanced:
    """Close a round with an outcome and fire any move that leaves its step, signed by a rule of the pack."""
    close_round(session, held.review, outcome, on=city.day(now), now=now)
    actor = system_actor(rule, held.pack.id)
    request = f"settle:{held.review.id}"
    command = Command(held.project.code, trigger, actor, request, now, reason=reason, source="flow")
    return advance(session, city, command)


def summary(entry: ReviewEntry, review: Review) -> str:
    """The opinions in one line, with every reason for a rejection: 联审联批第2轮：同意 9，不同意 1（消防救援：…）.

    A dissent that was overruled is named as such.
    """
    counts = {opinion: sum(task.opinion == opinion for task in review.tasks) for opinion in Opinion}
    parts = [f"{opinion.label.zh} {count}" for opinion, count in counts.items() if count]
    unasked = sum(task.status == TaskStatus.not_needed for task in review.tasks)
    if unasked:
        parts.append(f"无需办理 {unasked}")
    against = [task for task in review.tasks if task.opinion in _AGAINST]
    reasons = [f"{t.organisation.name}{'（裁定不采纳）' if t.overruled else ''}：{t.reasons}" for t in against]
    return f"{entry.label}第{review.round}轮：{'，'.join(parts)}" + (f"（{'；'.join(reasons)}）" if reasons else "")


_AGAINST = (Opinion.reject, Opinion.supplement)
