"""The way of a case through the small pack, step by step, with a restart wherever a test wants one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from models.clock import Clock
from models.review import Review, ReviewTask
from runtime.database import Database
from services.fact import reach_milestone
from services.organisation import Entering, ensure_person, find_organisation, grant_role
from services.project import find_project
from states.review import Opinion, TaskStatus
from states.role import Role
from tests.world import World

CODE = "SN-2026-001"


def restart(world: World) -> None:
    """The program ends and begins again: another Database object on the same file."""
    world.database.close()
    world.database = Database(world.database.url)


def hire(world: World, login: str, organisation: str, role: Role) -> None:
    """One more person in the city."""
    entering = Entering("system:setup", "test", world.now)
    with world.write() as session:
        where = find_organisation(session, organisation)
        grant_role(
            session, ensure_person(session, login, login, where, entering=entering), role, where, entering=entering
        )


def surveyed(world: World) -> None:
    """Enrolled, and everything the survey needs is on file."""
    world.enrol()
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")


def designed(world: World) -> None:
    """Survey finished, plan on file, facts of the plan recorded: both departments will be asked."""
    surveyed(world)
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district")
    world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")


def submitted(world: World) -> None:
    """The plan is submitted; the round is requested but not open yet."""
    designed(world)
    world.advance(CODE, "submit_plan", "wang.district")


def opened(world: World) -> list[ReviewTask]:
    """The first round is open."""
    submitted(world)
    world.react()
    return tasks(world)


def posted(world: World) -> None:
    """Both departments agree, the plan is posted."""
    opened(world)
    approve(world)
    world.react()


def approve(world: World) -> None:
    """Both departments agree to whatever waits for them."""
    for task in tasks(world):
        if task.status == TaskStatus.open:
            world.answer(task.id, reviewer(task), Opinion.approve)


def reviewer(task: ReviewTask) -> str:
    """Who answers for a department."""
    return {"planning": "sun.planning", "fire": "qian.fire"}[task.member]


def tasks(world: World, number: int | None = None) -> list[ReviewTask]:
    """The tasks of one round, the newest by default, in order."""
    with world.read() as session:
        newest = select(Review.id).order_by(Review.round.desc()).limit(1)
        if number is not None:
            newest = select(Review.id).where(Review.round == number)
        wanted = select(ReviewTask).where(ReviewTask.review_id == newest.scalar_subquery())
        return list(session.scalars(wanted.order_by(ReviewTask.position)))


def rounds(world: World) -> list[tuple[int, str]]:
    """Every round with how it stands."""
    with world.read() as session:
        return [(r.round, r.status) for r in session.scalars(select(Review).order_by(Review.round))]


def clocks(world: World, *subjects: str) -> Sequence[Clock]:
    """The clocks there are (of these subjects), oldest first."""
    with world.read() as session:
        found = session.scalars(select(Clock).order_by(Clock.id)).all()
    return [clock for clock in found if not subjects or clock.subject in subjects]


def clock_of(world: World, limit: str) -> Clock:
    """The newest clock of a limit."""
    return [clock for clock in clocks(world) if clock.limit == limit][-1]


def hand_over(world: World, day: str) -> None:
    """The papers were handed over on that day."""
    keeping = world.keeping()
    with world.write() as session:
        project = find_project(session, CODE)
        reach_milestone(session, world.city, project, "papers_handed_over", date.fromisoformat(day), keeping)
