"""What follows when a limit has passed (期限届满的后果): carried out by a reaction, each exactly once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.clock import Clock
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.clock import stop_clock
from services.clock_ledger import is_over
from services.promise_end import miss as miss_promise
from services.settlement import end_round, summary
from services.standing import standing
from services.supplement_end import miss as miss_supplement
from services.tacit import take_silence
from services.task_hold import hold_round
from states.clock import ClockSubject
from states.procedure import StepKind
from states.review import ReviewStatus
from states.ruling import Awaits


def lapse(session: Session, city: City, project: Project, pack: Pack, clock_id: int, *, now: datetime) -> str:
    """Carry out what the end of a clock means; the project's row is held. Says in words what was done.

    Nothing when it was stopped or prolonged between the sweep and this reaction, or while the project stands still: the
    resume asks again.
    """
    clock = session.get_one(Clock, clock_id, with_for_update=True)
    if not is_over(clock, city.day(now)):
        return "已办结、已暂停或已延期"
    if pack.procedure.step[project.step].kind is StepKind.halt:
        return "项目暂停中，恢复后再办"
    if clock.subject_id is None:
        return "没有后果"
    return _carry_out(session, city, clock, clock.subject_id, now)


def _carry_out(session: Session, city: City, clock: Clock, number: int, now: datetime) -> str:
    match clock.subject:
        case ClockSubject.supplement:
            moved = miss_supplement(session, city, number, now=now)
            return f"逾期未补正：{moved.before} → {moved.after}" if moved else "补正已办结"
        case ClockSubject.promise:
            return "承诺未履行" if miss_promise(session, city, number, now=now) else "承诺已办结"
        case ClockSubject.ruling:
            return let_stand(session, city, number, now=now)
        case ClockSubject.task:
            return "视为同意" if take_silence(session, city, number, now=now) else "政策包未列为超时默认，等待答复"
    return "没有后果"


def let_stand(session: Session, city: City, review_id: int, *, now: datetime) -> str:
    """Return a round whose lead did not rule in time: the dissents stand. Signed `system:<review>.dissent@<pack>`."""
    held = hold_round(session, review_id)
    waits = held.review.status == ReviewStatus.open and held.review.awaits == Awaits.ruling
    if not waits or standing(held.review) is not ReviewStatus.rejected:
        return "牵头部门已处理"
    stop_clock(session, held.project.id, ClockSubject.ruling, review_id, on=city.day(now))
    reason = f"牵头部门逾期未裁定，不同意见成立。{summary(held.entry, held.review)}"
    rule = f"{held.entry.code}.dissent"
    moved = end_round(session, city, held, ReviewStatus.rejected, rule=rule, reason=reason, now=now)
    return f"不同意见成立：{moved.before} → {moved.after}"
