"""Owners' polls (业主表决): opened on a roll that adds up and a plan that is on file, closed with a frozen result."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.project import Project
from models.vote import Poll
from policy.pack import Pack
from policy.schema_vote import ConsentEntry
from services.city import City
from services.keeping import Keeping, kept_before, note, require_keeper
from services.lock import hold_project
from services.pack import pack_of
from services.vote_count import asked, at_place, ballots_of, count, digest_of, outcome_json, rule_json
from services.vote_error import PollMissing, PollNotOpen, PollOpenAlready, RuleNotInForce, VoteReasonMissing
from services.vote_gate import Opening, require_plan, require_total, voted_on
from services.vote_plan import Changes, Plan, plan_of
from services.vote_roll import place_words, require_roll, units_of
from states.vote import Base, PollStatus

__all__ = [
    "Opening", "changes_of", "close_poll", "lock_poll", "open_poll", "require_open", "withdraw_poll",
]  # fmt: skip


def open_poll(session: Session, city: City, project: Project, opening: Opening, keeping: Keeping) -> Poll:
    """Open the next round of a vote under the rule that is in force today; nothing of an earlier round is carried over.

    A round still open on a plan that has changed since is given up. Raises PackEntryUnknown, ConsentByFacts,
    ScopeUnfit, RuleNotInForce, PlanIncomplete, RollMissing, RollEmpty, TotalUnknown, RollAreaDiffers,
    RollOwnersDiffer, PollOpenAlready, KeepingForbidden, RequestReused.
    """
    require_keeper(project, keeping.actor)
    pack = pack_of(project.pack_version)
    consent, entry = voted_on(pack, opening)
    done = kept_before(session, project, "poll_opened", keeping)
    if done is not None:
        return session.get_one(Poll, done.after["poll"])
    rule, day = pack.vote_rule(entry.rule), city.day(keeping.now)
    version = rule.on(day)
    if version is None:
        raise RuleNotInForce(rule=rule.label, day=day)
    plan = plan_of(session, project)
    require_plan(pack, entry, plan)
    roll = require_roll(session, project)
    units = at_place(units_of(session, roll.id), opening.building, opening.entrance)
    require_total(session, project, pack, opening, units, version.measures)
    poll = Poll(
        project_id=project.id,
        roll_id=roll.id,
        consent=opening.consent,
        building=units[0].building if opening.building else "",
        entrance=units[0].entrance if opening.entrance else "",
        status=PollStatus.open,
        rule=rule_json(rule.code, rule.label, version, entry),
        about=plan.snapshot(entry.about.documents, entry.about.facts),
        opened_at=keeping.now,
        opened_by=keeping.actor.login,
    )
    poll.round = _next_round(session, project, pack, consent, poll, keeping)
    session.add(poll)
    session.flush()
    after = {**_head(poll), "roll": roll.version, "units": len(units), "rule": poll.rule, "about": poll.about}
    note(session, project, "poll_opened", keeping, before={}, after={**after, "digest": digest_of(poll, units, {})})
    return poll


def _next_round(
    session: Session, project: Project, pack: Pack, consent: ConsentEntry, poll: Poll, keeping: Keeping
) -> int:
    """The number of the next round at the poll's place; one still open is given up where its plan has changed."""
    earlier = select(Poll).where(
        Poll.project_id == project.id,
        Poll.consent == poll.consent,
        Poll.building == poll.building,
        Poll.entrance == poll.entrance,
    )
    rounds = session.scalars(earlier.order_by(Poll.round)).all()
    for one in rounds:
        if one.status == PollStatus.open and not changes_of(session, project, pack, one).labels:
            raise PollOpenAlready(consent=consent.label, round=one.round, poll=one.id)
        if one.status == PollStatus.open:
            _end(one, PollStatus.withdrawn, keeping)
            session.flush()  # only one round at a place may be open
    return rounds[-1].round + 1 if rounds else 1


def close_poll(session: Session, poll_id: int, keeping: Keeping) -> Poll:
    """End a round: its result is counted for the last time and frozen with the hash of roll and ballots.

    Raises PollMissing, PollNotOpen, KeepingForbidden, RequestReused.
    """
    poll, project = lock_poll(session, poll_id)
    require_keeper(project, keeping.actor)
    if kept_before(session, project, "poll_closed", keeping):
        return poll
    require_open(poll, "结束", "closed")
    outcome = count(session, poll)
    poll.result = outcome_json(outcome, Base(poll.rule["base"]))
    poll.digest = digest_of(poll, asked(session, poll), ballots_of(session, poll.id))
    _end(poll, PollStatus.closed, keeping)
    note(
        session,
        project,
        "poll_closed",
        keeping,
        before={"status": PollStatus.open},
        after={**_head(poll), "result": poll.result, "digest": poll.digest},
    )
    return poll


def withdraw_poll(session: Session, poll_id: int, keeping: Keeping) -> Poll:
    """Give a round up, with a reason; its ballots stay on record and count for nothing.

    Raises PollMissing, PollNotOpen, VoteReasonMissing, KeepingForbidden, RequestReused.
    """
    poll, project = lock_poll(session, poll_id)
    require_keeper(project, keeping.actor)
    if not keeping.reason.strip():
        raise VoteReasonMissing(act="作废一轮表决", act_en="Giving up a round")
    if kept_before(session, project, "poll_withdrawn", keeping):
        return poll
    require_open(poll, "作废", "withdrawn")
    _end(poll, PollStatus.withdrawn, keeping)
    note(session, project, "poll_withdrawn", keeping, before={"status": PollStatus.open}, after=_head(poll))
    return poll


def _end(poll: Poll, status: PollStatus, keeping: Keeping) -> None:
    poll.status, poll.closed_at, poll.closed_by = status, keeping.now, keeping.actor.login


def _head(poll: Poll) -> dict[str, object]:
    place = place_words(poll.building, poll.entrance)
    return {"poll": poll.id, "consent": poll.consent, "round": poll.round, **({"place": place} if place else {})}


def lock_poll(session: Session, poll_id: int) -> tuple[Poll, Project]:
    """A round with its project's row locked, as it stands now. Raises PollMissing."""
    poll = session.get(Poll, poll_id)
    if poll is None:
        raise PollMissing(poll=poll_id)
    project = hold_project(session, poll.project_id)
    session.refresh(poll)
    return poll, project


def require_open(poll: Poll, act: str, act_en: str) -> None:
    """Refuse an act on a round that has ended. Raises PollNotOpen."""
    if poll.status != PollStatus.open:
        label = PollStatus(poll.status).label
        raise PollNotOpen(status=label.zh, status_en=label.text("en"), act=act, act_en=act_en)


def changes_of(session: Session, project: Project, pack: Pack, poll: Poll, plan: Plan | None = None) -> Changes:
    """What a round was about and has changed since it was opened."""
    return (plan or plan_of(session, project)).changes(pack, poll.about, since=poll.opened_at)
