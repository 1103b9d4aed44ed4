"""Polls as the procedure sees them (表决状态): the newest round at every place, with what changed since it opened."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.project import Project
from models.vote import Poll
from policy.pack import Pack
from services.vote_count import count, outcome_of
from services.vote_plan import Plan, plan_of
from services.vote_roll import place_words
from states.case import PollState
from states.label import Label
from states.vote import Outcome, PollStatus


def load_polls(session: Session, project: Project, pack: Pack) -> dict[str, tuple[PollState, ...]]:
    """By consent the newest round at each place that was asked; a round that was given up counts as none."""
    query = select(Poll).where(Poll.project_id == project.id, Poll.status != PollStatus.withdrawn)
    newest = {
        (poll.consent, poll.building, poll.entrance): poll for poll in session.scalars(query.order_by(Poll.round))
    }
    plan = plan_of(session, project) if newest else None
    found: dict[str, tuple[PollState, ...]] = {}
    for poll in newest.values():
        assert plan is not None  # noqa: S101 - read above as soon as there is a poll
        found[poll.consent] = (*found.get(poll.consent, ()), _state(session, pack, poll, plan))
    return found


def _state(session: Session, pack: Pack, poll: Poll, plan: Plan) -> PollState:
    outcome = outcome_now(session, poll)
    changes = plan.changes(pack, poll.about, since=poll.opened_at)
    place = place_words(poll.building, poll.entrance)
    return PollState(
        poll=poll.id,
        round=poll.round,
        status=PollStatus(poll.status),
        passed=outcome.passed,
        missing=outcome.missing,
        place=Label(f"（{place}）", f"({place})") if place else Label(""),
        changed=changes.labels,
        changed_on=changes.on,
    )


def outcome_now(session: Session, poll: Poll) -> Outcome:
    """The frozen outcome of a round that is closed, else the count as it stands."""
    return outcome_of(poll.result) if poll.result else count(session, poll)
