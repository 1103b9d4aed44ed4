"""A supplement that is over (补正逾期): not handed in within the applicant's time, or fallen away with its round."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.supplement import Supplement
from services.city import City
from services.clock import stop_clock
from services.identity import system_actor
from services.project import Advanced
from services.round_act import Doing, of_round, write_act
from services.settlement import end_round, leave_round
from services.task_hold import Held, hold_rounds
from states.clock import ClockSubject
from states.review import ReviewStatus
from states.supplement import Missed, SupplementStatus


def miss(session: Session, city: City, supplement_id: int, *, now: datetime) -> Advanced | None:
    """End the round of a list that was not handed in: withdrawn or failed, as the pack says; signed by its rule.

    None when it was handed in or dropped before.
    """
    review_id = session.scalar(select(Supplement.review_id).where(Supplement.id == supplement_id))
    found = hold_rounds(session, [review_id]) if review_id else []
    query = select(Supplement).where(Supplement.id == supplement_id).execution_options(populate_existing=True)
    made = session.scalar(query)
    if not found or made is None or made.status != SupplementStatus.open:
        return None
    return _end(session, city, found[0], made, now)


def _end(session: Session, city: City, held: Held, made: Supplement, now: datetime) -> Advanced:
    entry, rule = held.entry, f"{held.entry.code}.supplement"
    missed = entry.supplement.missed if entry.supplement else Missed.failed
    actor = system_actor(rule, held.pack.id)
    left = "；".join(item.says for item in made.items if item.ticked_at is None)
    reason = f"补正期限届满未提交，{missed.label.zh}。未补：{left or '已勾选，但没有提交'}"
    made.status, made.ended_at, made.ended_by = SupplementStatus.missed, now, actor.login
    stop_clock(session, held.project.id, ClockSubject.supplement, made.id, on=city.day(now))
    doing = Doing(actor, now, reason=reason, source="flow")
    after = {**of_round(held), "supplement": made.id, "missed": missed}
    write_act(session, held.project, held.pack, doing, "supplement_missed", after)
    if missed is Missed.withdrawn and entry.on_withdraw:
        withdrawn = ReviewStatus.withdrawn
        return leave_round(session, city, held, withdrawn, entry.on_withdraw, rule=rule, reason=reason, now=now)
    return end_round(session, city, held, ReviewStatus.rejected, rule=rule, reason=reason, now=now)
