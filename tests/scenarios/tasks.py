"""A city whose review tasks are passed on (任务流转): two people in one unit, a sub-unit, phases, windows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from models.clock import Clock
from models.delivery import InboxMessage
from models.person import Person
from models.review import Review, ReviewTask
from policy.loader import load_pack
from runtime.database import Database
from services.keeping import Keeping
from services.organisation import Entering, ensure_organisation, ensure_person, find_organisation, grant_role
from services.review import Answer, Wanted, answer
from services.task_opening import call_due
from states.review import Opinion, TaskStatus
from states.role import Level, Role
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.world import World, found_city

CODE = "SN-2026-001"
UNITS = (
    ("sunny-nan-housing", "南山区住房城乡建设局", "sunny-nan", "housing"),
    ("sunny-nan-landscape", "南山区园林绿化局", "sunny-nan", "landscape"),
    ("sunny-nan-traffic", "南山区交警大队", "sunny-nan", "traffic"),
    ("sunny-nan-planning-east", "规划东部分局", "sunny-nan-planning", None),
    ("sunny-nan-archive", "南山区城建档案馆", "sunny-nan", None),
)
PEOPLE = (
    ("chen.housing", "陈住建", "sunny-nan-housing"),
    ("tang.planning", "唐规划", "sunny-nan-planning"),
    ("xu.east", "徐东部", "sunny-nan-planning-east"),
    ("lin.landscape", "林园林", "sunny-nan-landscape"),
    ("jiao.traffic", "焦交警", "sunny-nan-traffic"),
)
DEPARTMENTS = """\
  - {code: housing, label: 住房城乡建设局}
  - {code: landscape, label: 园林绿化局}
  - {code: traffic, label: 交警大队}
"""
PARALLEL = """\
      - {department: housing, matter: 改造内容, limit: opinion_limit}
      - {department: planning, matter: 规划条件, limit: opinion_limit}
      - {department: fire, matter: 消防车道, limit: opinion_limit}
"""
IN_PHASES = f"""\
{PARALLEL}      - {{department: landscape, matter: 绿地占用, limit: opinion_limit}}
"""
TABLES = """\
tables:
  - code: asked
    label: 请谁、第几日
    hit: collect
    rules:
      - label: 先审规划，再审消防和绿地，最后住建汇总
        asks:
          - {department: planning, window: {from: 1, to: 1}}
          - {department: fire, window: {from: 2, to: 5}, after: [planning]}
          - {department: landscape, after: [planning]}
          - {department: housing, window: {from: 6, to: 7}, after: [fire, landscape]}
        source: office
"""


def task_pack(folder: Path, *changes: tuple[str, str, str], phases: bool = False) -> Path:
    """Write the pack of this city; in `phases` or with everybody asked at once."""
    write_pack(
        folder,
        ("registers.yaml", "departments:\n", f"departments:\n{DEPARTMENTS}"),
        ("limits.yaml", "    lead: planning\n", "    lead: housing\n"),
        ("limits.yaml", "source: licensing_42}}\n  - {code: posting_period",
         "source: licensing_42},\n     extension: {days: 5, source: licensing_42}}\n  - {code: posting_period"),
        ("moves.yaml", "      - review: plan_review\n      - expired",
         "      - review: plan_review\n      - conditions_met: plan_review\n      - expired"),
        ("registers.yaml", "milestones:\n",
         "  - {code: traffic_plan, label: 占道施工方案, owed_by: coordinator@district}\nmilestones:\n"),
    )  # fmt: skip
    path = folder / "limits.yaml"
    text = path.read_text(encoding="utf-8")
    head, tail = text[: text.index("    members:\n")], text[text.index("    on_pass:") :]
    members = f"    members_from: [asked]\n    members:\n{IN_PHASES}" if phases else f"    members:\n{PARALLEL}"
    path.write_text(head + members + tail, encoding="utf-8")
    if phases:
        (folder / "routes.yaml").write_text(TABLES, encoding="utf-8")
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def found_tasks(folder: Path, *changes: tuple[str, str, str], phases: bool = False, url: str | None = None) -> World:
    """The city with its units and their reviewers, on SQLite or in the database of that address."""
    pack = load_pack(task_pack(folder / "pack", *changes, phases=phases))
    url = url or fresh_url(folder)
    world = World(Database(url), folder, pack)
    found_city(world)
    people(world)
    return world


def people(world: World) -> None:
    """Enter the units and the people of this city."""
    entering = Entering("system:setup", "test", world.now)
    with world.write() as session:
        for code, name, parent, function in UNITS:
            above = find_organisation(session, parent)
            ensure_organisation(
                session, code, name, Level.department, entering=entering, parent=above, function=function
            )
        for login, name, place in PEOPLE:
            where = find_organisation(session, place)
            person = ensure_person(session, login, name, where, entering=entering)
            grant_role(session, person, Role.reviewer, where, entering=entering)


def submitted(world: World) -> None:
    """The plan is submitted; its round is requested."""
    world.enrol()
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district")
    world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")
    world.advance(CODE, "submit_plan", "wang.district")


def opened(world: World) -> dict[str, ReviewTask]:
    """The first round is open; its tasks by member."""
    submitted(world)
    world.react()
    return tasks(world)


def tasks(world: World) -> dict[str, ReviewTask]:
    """The tasks of the newest round, by member."""
    with world.read() as session:
        newest = select(Review.id).order_by(Review.round.desc()).limit(1).scalar_subquery()
        found = session.scalars(select(ReviewTask).where(ReviewTask.review_id == newest).order_by(ReviewTask.position))
        return {task.member: task for task in found}


def standing(world: World) -> dict[str, str]:
    """How each member's task stands."""
    return {member: str(task.status) for member, task in tasks(world).items()}


def keeping(world: World, login: str, reason: str = "", request: str | None = None) -> Keeping:
    """A person about to do something."""
    return Keeping(world.actor(login), world.now, "test", request or world.request(), reason)


def say(
    world: World, member: str, login: str, opinion: Opinion = Opinion.approve, reasons: str = "", *wanted: Wanted
) -> None:
    """A person answers a member's task."""
    actor = world.actor(login)
    with world.write() as session:
        given = Answer(tasks(world)[member].id, actor, opinion, reasons, world.request(), world.now, "test", wanted)
        answer(session, world.city, given)


def clock_of(world: World, member: str) -> Clock:
    """The newest clock of a member's task."""
    with world.read() as session:
        query = select(Clock).where(Clock.subject == "task", Clock.subject_id == tasks(world)[member].id)
        found = session.scalars(query.order_by(Clock.id.desc())).first()
        assert found is not None, member
        return found


def told(world: World, change: str) -> list[str]:
    """Who got the message of a change, in order."""
    with world.read() as session:
        query = select(InboxMessage, Person.login).join(Person, Person.id == InboxMessage.person_id)
        query = query.where(InboxMessage.kind == "review_task_changed").order_by(InboxMessage.id)
        return [login for message, login in session.execute(query).tuples() if message.payload["change"] == change]


def night(world: World) -> int:
    """The sweep calls the tasks whose day has come, and reactions open them; returns how many were called."""
    with world.write() as session:
        called = call_due(session, world.city, now=world.now)
    world.react()
    return called


def all_approve(world: World) -> None:
    """Everybody the pack asks who has an open task approves."""
    by = {"housing": "chen.housing", "planning": "sun.planning", "fire": "qian.fire", "landscape": "lin.landscape"}
    for member, task in tasks(world).items():
        if task.status == TaskStatus.open and task.added is None:
            say(world, member, by[member])
