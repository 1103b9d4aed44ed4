"""Polls for lists and pages (表决一览): every round with its counts, exact shares, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.project import Project
from models.vote import Poll
from policy.pack import Pack
from services.pack import name_in
from services.reading import Reading
from services.vote_case import outcome_now
from services.vote_count import threshold_of
from services.vote_plan import Changes, plan_of
from services.vote_roll import place_words
from states.vote import Base, Measure, Outcome, PollStatus, Threshold
from states.vote_requirement import missing_parts

CENT = 100


@dataclass(frozen=True, slots=True)
class CountLine:
    """One denominator: all, taking part, in favour (heads, or m²) with the exact shares.

    `decides` is False for a measure the rule does not ask for; `approval` is a share of the rule's base.
    """

    measure: Measure
    total: Decimal
    voted: Decimal
    agreed: Decimal
    participation: Fraction
    approval: Fraction
    decides: bool
    passes: bool


@dataclass(frozen=True, slots=True)
class PollLine:
    """One round. `missing` is in words, empty when it passes or when nothing that is still out can help.

    `changed` names what it was about and has changed since, on `changed_on`; the round then carries nothing.
    """

    poll: int
    consent: str
    label: str
    place: str
    round: int
    status: PollStatus
    rule: str
    takes: str
    opened_at: datetime
    closed_at: datetime | None
    counts: tuple[CountLine, ...]
    passed: bool
    missing: str
    changed: tuple[str, ...]
    changed_on: date | None
    carries: bool
    digest: str | None


def list_polls(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[PollLine, ...]:
    """Every round of a project, newest first; two statements more for each that is still open."""
    mine = select(Poll).where(Poll.project_id == project.id).order_by(Poll.id.desc())
    plan = plan_of(session, project)
    return tuple(
        poll_line(reading, pack, poll, outcome_now(session, poll), plan.changes(pack, poll.about, since=poll.opened_at))
        for poll in session.scalars(mine)
    )


def poll_line(reading: Reading, pack: Pack, poll: Poll, outcome: Outcome, changes: Changes) -> PollLine:
    """One round as a line."""
    threshold, status = threshold_of(poll), PollStatus(poll.status)
    words = missing_parts(outcome.missing) if outcome.missing else ([], [])
    return PollLine(
        poll=poll.id,
        consent=poll.consent,
        label=reading.text(name_in(pack.consent, poll.consent)),
        place=place_words(poll.building, poll.entrance),
        round=poll.round,
        status=status,
        rule=poll.rule["label"],
        takes=_takes(reading, threshold),
        opened_at=poll.opened_at,
        closed_at=poll.closed_at,
        counts=tuple(_counts(outcome, threshold)),
        passed=outcome.passed,
        missing=reading.say("、".join(words[0]), ", ".join(words[1])),
        changed=tuple(reading.text(label) for label in changes.labels),
        changed_on=changes.on,
        carries=status is PollStatus.closed and outcome.passed and not changes.labels,
        digest=poll.digest,
    )


def _takes(reading: Reading, threshold: Threshold) -> str:
    """What the rule takes, as ≥2/3 参加、≥3/4 同意."""
    sign = "≥" if threshold.inclusive else ">"
    of = reading.say("全体", "of all ") if threshold.base is Base.all else ""
    agree = reading.say(f"{of}{sign}{threshold.share} 同意", f"{sign}{threshold.share} {of}agree")
    if not threshold.quorum:
        return agree
    return reading.say(f"≥{threshold.quorum} 参加、{agree}", f"≥{threshold.quorum} take part, {agree}")


def _counts(outcome: Outcome, threshold: Threshold) -> Iterator[CountLine]:
    for measure, count in outcome.counts.items():
        per = CENT if measure is Measure.area else 1
        yield CountLine(
            measure=measure,
            total=Decimal(count.total) / per,
            voted=Decimal(count.voted) / per,
            agreed=Decimal(count.agreed) / per,
            participation=count.participation(),
            approval=count.approval(threshold.base),
            decides=measure in threshold.measures,
            passes=count.passes(threshold),
        )
