"""How a round stands (审查进展): by the opinions given so far, under the rule it was opened with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from services.outbox import enqueue
from states.decision import Ballot
from states.decision import standing as standing_of
from states.decision_rule import Rule, Terms, make_rule
from states.review import Opinion, ReviewMode, ReviewStatus, Settle, TaskStatus


def standing(review: Review) -> ReviewStatus:
    """How a round stands by the opinions given so far."""
    given = sorted(
        (task.answered_at, place, Opinion(task.opinion), task.overruled)
        for place, task in enumerate(voters(review))
        if task.opinion and task.answered_at
    )
    ballots = [Ballot(member, opinion, overruled) for _, member, opinion, overruled in given]
    return standing_of(rule_of(review), Settle(review.settle), ballots)


def voters(review: Review) -> list[ReviewTask]:
    """Whose opinions count: everybody who was asked and not taken off again."""
    return [task for task in review.tasks if task.status != TaskStatus.removed]


def rule_of(review: Review, tasks: Sequence[ReviewTask] | None = None) -> Rule:
    """The rule the round was opened under, over the members it has now, or would have with these tasks.

    Raises RuleInvalid when they do not fit it.
    """
    mode, kept, tasks = ReviewMode(review.mode), review.rule, voters(review) if tasks is None else tasks
    lead = next((place for place, task in enumerate(tasks) if task.member == kept.get("lead")), None)
    terms = Terms(
        passing=Fraction(kept["pass"]) if "pass" in kept else None,
        veto=kept.get("veto", True),
        weights=[Fraction(task.weight or 0) for task in tasks] if mode is ReviewMode.weight else None,
        groups=[task.group for task in tasks],
        lead=lead if mode is ReviewMode.lead else None,
    )
    return make_rule(mode, len(tasks), terms)


def ask_settlement(session: Session, project: Project, pack: Pack, review: Review, *, now: datetime) -> None:
    """Have a decided round settled by a reaction; asking twice is harmless."""
    label = pack.review(review.code).label
    title = f"{label} · {project.name} · 第{review.round}轮"
    enqueue(session, f"{review.kind}_decided", title, {"review_id": review.id}, now=now, project_id=project.id)
