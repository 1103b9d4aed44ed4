"""A city whose reviews go in rounds (轮次): supplements, dissent, silence, promises, a design change; and its people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from models.clock import Clock
from models.review import Review, ReviewTask
from policy.loader import load_pack
from policy.pack import Pack
from runtime.database import Database
from services.organisation import Entering, ensure_organisation, ensure_person, find_organisation, grant_role
from services.round_act import Doing
from services.sweep import sweep
from states.review import Opinion, TaskStatus
from states.role import Level, Role
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.world import World, found_city

CODE = "SN-2026-001"
UNITS = (
    ("housing", "住房城乡建设局", "chen.housing"),
    ("landscape", "园林绿化局", "lin.landscape"),
)
REVIEWERS = {
    "housing": "chen.housing",
    "planning": "sun.planning",
    "fire": "qian.fire",
    "landscape": "lin.landscape",
}

REVIEW = """\
reviews:
  - code: plan_review
    label: 方案联审
    kind: joint_review
    lead: housing
    limit: review_limit
    again: affected
    on_withdraw: recall_plan
    supplement: {tell: tell_limit, limit: supplement_limit, missed: MISSED, source: office}
    dissent: {limit: ruling_limit, source: office}
    members:
      - {department: housing, matter: 改造内容, limit: opinion_limit, watches: {facts: [investment]}}
      - {department: planning, matter: 规划条件, limit: opinion_limit, watches: {facts: [adds_area], documents: [plan]}}
      - department: fire
        matter: 消防车道
        limit: opinion_limit
        when: adds_area or fire_lane
      - department: landscape
        matter: 绿地占用
        limit: landscape_limit
        advisory: true
        tacit: {after: limit, source: office}
        when: green
    on_pass: accept_plan
    on_reject: return_plan
    source: licensing_42
  - code: change_review
    label: 设计变更审查
    kind: joint_review
    lead: housing
    limit: review_limit
    carries: plan_review
    members:
      - {department: housing, matter: 变更必要性, limit: opinion_limit, again: always}
      - {department: planning, matter: 规划条件, limit: opinion_limit, watches: {facts: [adds_area]}}
      - {department: fire, matter: 消防车道, limit: opinion_limit, when: adds_area or fire_lane}
    on_pass: accept_change
    on_reject: refuse_change
    source: office
promises:
  - code: budget_follows
    label: 概算后补
    kind: gap
    may_follow: [budget]
    paper: promise_letter
    limit: promise_limit
    missed: withdrawn
    on_missed: recall_plan
    finding: objection
    source: office
  - code: ownership_pledged
    label: 权属证明告知承诺
    kind: commitment
    may_follow: [ownership]
    department: planning
    paper: promise_letter
    limit: promise_limit
    missed: finding
    finding: objection
    source: office
"""

LIMITS = """\
  - {code: landscape_limit, label: 绿化意见期限, span: {days: 5, unit: working_day, source: office}}
  - {code: tell_limit, label: 一次性告知期限, span: {days: 5, unit: working_day, source: office}}
  - {code: supplement_limit, label: 补正期限, span: {days: 10, unit: working_day, source: office}}
  - {code: ruling_limit, label: 裁定期限, span: {days: 10, unit: working_day, source: office}}
  - {code: promise_limit, label: 承诺期限, span: {days: 15, unit: working_day, source: office}}
ladders:
"""

MOVES = """\
  - trigger: recall_plan
    label: 撤回申请
    from: joint_review
    to: design
    nature: back
    who: [coordinator@district, system]
    reason: required
  - trigger: return_to_survey
    label: 退回重新调查
    from: joint_review
    to: survey
    nature: back
    who: [coordinator@city, system]
    reason: required
  - trigger: request_change
    label: 提出设计变更
    from: posting
    to: change_review
    nature: back
    who: [coordinator@district]
    reason: required
    starts:
      - review: change_review
  - trigger: accept_change
    label: 变更通过
    from: change_review
    to: posting
    who: [system]
    starts:
      - clock: posting_period
  - {trigger: refuse_change, label: 变更不通过, from: change_review, to: posting, who: [system], reason: required}
"""

CHANGES = (
    ("steps.yaml", "  - {code: posting,", "  - {code: change_review, stage: preparation, label: 变更审查}\n  - {code: posting,"),
    ("moves.yaml", "  - trigger: close_posting\n", MOVES + "  - trigger: close_posting\n"),
    ("moves.yaml", "      - documents: [plan]\n    starts:", "      - {documents: [plan], fresh_after: return_plan}\n"
     "      - documents: [budget, ownership]\n    starts:"),
    ("registers.yaml", "  - {code: willing,", "  - {code: fire_lane, label: 涉及消防车道, type: flag, owed_by: coordinator@district}\n"
     "  - {code: green, label: 涉及绿地, type: flag, owed_by: coordinator@district}\n  - {code: willing,"),
    ("registers.yaml", "milestones:\n", "  - {code: budget, label: 投资概算, owed_by: coordinator@district}\n"
     "  - {code: ownership, label: 权属证明, owed_by: coordinator@district}\n"
     "  - {code: promise_letter, label: 承诺书, owed_by: coordinator@district}\n"
     "  - {code: minutes, label: 协调会纪要, owed_by: coordinator@district}\nmilestones:\n"),
    ("registers.yaml", "  - {code: planning, label: 自然资源局}\n  - {code: fire, label: 消防救援大队}\n",
     "  - {code: housing, label: 住房城乡建设局}\n  - {code: planning, label: 自然资源局, category: planning}\n"
     "  - {code: fire, label: 消防救援大队, category: fire}\n"
     "  - {code: landscape, label: 园林绿化局, category: general}\n"),
    ("limits.yaml", "ladders:\n", LIMITS),
)  # fmt: skip


def rounds_pack(folder: Path, *changes: tuple[str, str, str], missed: str = "withdrawn") -> Path:
    """Write the pack of this city, with further changes; `missed` is what a missed supplement is taken for."""
    write_pack(folder, *CHANGES)
    path = folder / "limits.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("reviews:\n")] + REVIEW.replace("MISSED", missed), encoding="utf-8")
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def found_rounds(folder: Path, pack: Pack | None = None) -> World:
    """The city with its departments and their reviewers."""
    pack = pack or load_pack(rounds_pack(folder / "pack"))
    folder.mkdir(exist_ok=True)
    url = fresh_url(folder)
    world = World(Database(url), folder, pack)
    found_city(world)
    entering = Entering("system:setup", "test", world.now)
    with world.write() as session:
        district = find_organisation(session, "sunny-nan")
        for function, name, login in UNITS:
            unit = ensure_organisation(
                session, f"sunny-nan-{function}", f"南山区{name}", Level.department, entering=entering,
                parent=district, function=function,
            )  # fmt: skip
            person = ensure_person(session, login, login, unit, entering=entering)
            grant_role(session, person, Role.reviewer, unit, entering=entering)
    return world


def submitted(world: World, **facts: str) -> None:
    """The plan is submitted with everything that belongs to it; by default it adds area and spares the green."""
    world.enrol()
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
    world.advance(CODE, "finish_survey", "li.street")
    for kind in ("plan", "budget", "ownership"):
        world.document(CODE, kind, "wang.district")
    given = {"adds_area": "是", "fire_lane": "否", "green": "否", "investment": "2000000", **facts}
    world.facts(CODE, "wang.district", **given)
    world.advance(CODE, "submit_plan", "wang.district")


def opened(world: World, **facts: str) -> dict[str, ReviewTask]:
    """The first round is open; its tasks by member."""
    submitted(world, **facts)
    world.react()
    return tasks(world)


def tasks(world: World, number: int | None = None, code: str = "plan_review") -> dict[str, ReviewTask]:
    """The tasks of one round, the newest by default, by member."""
    with world.read() as session:
        rounds = select(Review.id).where(Review.code == code).order_by(Review.round.desc()).limit(1)
        if number is not None:
            rounds = select(Review.id).where(Review.code == code, Review.round == number)
        found = select(ReviewTask).where(ReviewTask.review_id == rounds.scalar_subquery())
        return {task.member: task for task in session.scalars(found.order_by(ReviewTask.position))}


def round_of(world: World, number: int | None = None, code: str = "plan_review") -> Review:
    """One round, the newest by default."""
    with world.read() as session:
        query = select(Review).where(Review.code == code).order_by(Review.round.desc())
        found = session.scalars(query if number is None else query.where(Review.round == number)).first()
        assert found is not None
        return found


def say(world: World, member: str, opinion: Opinion, reasons: str = "", code: str = "plan_review") -> None:
    """A department answers in the newest round."""
    world.answer(tasks(world, code=code)[member].id, REVIEWERS[member], opinion, reasons)


def all_say(world: World, *, but: Sequence[str] = (), code: str = "plan_review") -> None:
    """Everybody who is asked approves, those of `but` excepted."""
    for member, task in tasks(world, code=code).items():
        if task.status == TaskStatus.open and member not in but:
            say(world, member, Opinion.approve, code=code)


def doing(world: World, login: str, reason: str = "") -> Doing:
    """A person about to do something, with a request of its own."""
    return Doing(world.actor(login), world.now, world.request(), reason, "test")


def clock(world: World, subject: str, subject_id: int | None = None) -> Clock:
    """The newest clock of a subject."""
    with world.read() as session:
        query = select(Clock).where(Clock.subject == subject).order_by(Clock.id.desc())
        found = session.scalars(query if subject_id is None else query.where(Clock.subject_id == subject_id)).first()
        assert found is not None, subject
        return found


def night(world: World) -> int:
    """The sweep runs; returns how many rungs it told."""
    with world.write() as session:
        return sweep(session, world.city, now=world.now).fired
