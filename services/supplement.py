"""Issuing a supplement (发出补正清单): one consolidated list per round, clocks stand still until it is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.review import ReviewTask
from models.ruling import Ruling
from models.supplement import Supplement, SupplementItem
from policy.schema_round import SupplementTerms
from services.city import City
from services.clock import LIVE, Matter, refresh_light, start_clocks
from services.clock_ledger import Note, suspend_clocks
from services.identity import holding_level, seat_in_charge
from services.outbox import enqueue
from services.round_act import Doing, acted_before, of_round, require_lead, require_open, write_act
from services.ruling import DISSENTS, dissents_of, end_wait
from services.ruling_error import DissentUnknown
from services.supplement_error import DemandLeftOut, SupplementEmpty, SupplementNotAllowed
from services.supplement_rule import require_first_demand
from services.task_hold import Held, hold_round
from states.clock import SUPPLEMENT, ClockSubject
from states.review import Opinion
from states.ruling import Awaits, RulingKind
from states.supplement import SupplementStatus


@dataclass(frozen=True, slots=True)
class Wanted:
    """One item as the lead writes it: what is missing, for which dissent (None: the lead's own), which document."""

    says: str
    task: int | None = None
    document: str | None = None


def issue(session: Session, city: City, review_id: int, items: Sequence[Wanted], doing: Doing) -> Supplement:
    """Put all demands of a round into its one list and tell the applicant (一次性告知, 行政许可法 32).

    Without items each demand becomes one in its unit's own words; with items every demand has to be among them, a
    rejection may be (suspended until the applicant completes), and the lead may add its own. The clocks of the review
    and of its open tasks stand still, the applicant's begins. A repeated request issues nothing twice. Raises
    ReviewMissing, LeadForbidden, RoundClosed, SupplementNotAllowed, SupplementTwice, SupplementEmpty, DemandLeftOut,
    DissentUnknown, PackEntryUnknown (see policy.pack), RequestReused.
    """
    held = hold_round(session, review_id)
    if acted_before(session, held.project, doing, "supplement_issued", {"review_id": review_id}):
        return session.scalars(select(Supplement).where(Supplement.review_id == review_id)).one()
    capacity = require_lead(session, held, doing)
    terms = _require_first(session, city, held)
    wanted = list(items) or [Wanted(task.reasons or "", task.id) for task in _demands(held)]
    _require_complete(held, wanted)
    made = _add(session, held, wanted, doing)
    _suspend_dissents(session, held, wanted, doing)
    _change_clocks(session, city, held, terms, made, doing)
    after = {**of_round(held), "supplement": made.id, "items": [one.says for one in wanted]}
    write_act(session, held.project, held.pack, doing, "supplement_issued", after, capacity=capacity)
    enqueue(
        session, "supplement_issued", f"补正 · {held.title}", {"supplement_id": made.id},
        now=doing.now, project_id=held.project.id,
    )  # fmt: skip
    return made


def _require_first(session: Session, city: City, held: Held) -> SupplementTerms:
    require_open(held, "要求补正", "sent back for a supplement")
    if held.entry.supplement is None:
        raise SupplementNotAllowed(pack=held.pack.id, review=held.entry.label)
    require_first_demand(session, city, held, Opinion.supplement)
    return held.entry.supplement


def _demands(held: Held) -> list[ReviewTask]:
    return [task for task in dissents_of(held.review) if task.opinion == Opinion.supplement]


def _require_complete(held: Held, wanted: Sequence[Wanted]) -> None:
    if not any(one.task for one in wanted) or not all(one.says.strip() for one in wanted):
        raise SupplementEmpty
    tasks = {task.id: task for task in held.review.tasks}
    for one in wanted:
        if one.task is not None and (one.task not in tasks or tasks[one.task].opinion not in DISSENTS):
            raise DissentUnknown(task=one.task)
        if one.document is not None:
            held.pack.document_entry(one.document)
    covered = {one.task for one in wanted}
    left_out = [task.organisation.name for task in _demands(held) if task.id not in covered]
    if left_out:
        raise DemandLeftOut(units="、".join(left_out))


def _add(session: Session, held: Held, wanted: Iterable[Wanted], doing: Doing) -> Supplement:
    made = Supplement(
        review_id=held.review.id, status=SupplementStatus.open, reason=doing.reason.strip() or None,
        issued_at=doing.now, issued_by=doing.actor.login,
    )  # fmt: skip
    made.items = [
        SupplementItem(position=place, task_id=one.task, says=one.says.strip(), document=one.document)
        for place, one in enumerate(wanted, start=1)
    ]
    session.add(made)
    session.flush()
    return made


def _suspend_dissents(session: Session, held: Held, wanted: Iterable[Wanted], doing: Doing) -> None:
    """A rejection whose grounds the applicant may remove: written down as the lead's ruling about it."""
    tasks = {task.id: task for task in held.review.tasks}
    for number in dict.fromkeys(one.task for one in wanted if one.task):
        if tasks[number].opinion == Opinion.reject:
            says = "；".join(one.says.strip() for one in wanted if one.task == number)
            session.add(
                Ruling(
                    review_id=held.review.id, task_id=number, kind=RulingKind.suspended, opinion=Opinion.reject,
                    reasons=says, ruled_at=doing.now, ruled_by=doing.actor.login,
                )
            )  # fmt: skip


def _change_clocks(
    session: Session, city: City, held: Held, terms: SupplementTerms, made: Supplement, doing: Doing
) -> None:
    end_wait(session, city, held.review, now=doing.now)
    held.review.awaits = Awaits.supplement
    note = Note(f"补正：{'；'.join(item.says for item in made.items)}", doing.actor.login, doing.now, SUPPLEMENT)
    suspend_clocks(session, city, held.project.id, note, only=round_clocks(session, held))
    unit = applicant_unit(session, held)
    matter = Matter(ClockSubject.supplement, made.id, unit.id, f"{held.entry.label}补正")
    start_clocks(session, city, held.project, held.pack, [(terms.limit, matter)], on=city.day(doing.now))
    refresh_light(session, held.project)


def round_clocks(session: Session, held: Held) -> list[int]:
    """The live clocks of a round and of its tasks."""
    tasks = [task.id for task in held.review.tasks]
    review = (Clock.subject == ClockSubject.review) & (Clock.subject_id == held.review.id)
    mine = review | ((Clock.subject == ClockSubject.task) & Clock.subject_id.in_(tasks))
    query = select(Clock.id).where(Clock.project_id == held.project.id, Clock.status.in_(LIVE), mine)
    return list(session.scalars(query))


def applicant_unit(session: Session, held: Held) -> Organisation:
    """The office that holds the project at its step: it completes the papers."""
    step = held.pack.procedure.step[held.project.step]
    return seat_in_charge(session, held.project.organisation, holding_level(step))
