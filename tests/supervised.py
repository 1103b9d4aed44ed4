"""阳光市 with supervision: the small pack with a ladder of orders, a noise budget, and supervisors who can recuse."""

from __future__ import annotations

from pathlib import Path

from models.clock import Clock
from policy.loader import load_pack
from policy.pack import Pack
from services.keeping import Keeping
from services.pack import activate
from services.sweep import Swept, sweep
from states.role import Role
from tests.policy.packs import write_pack
from tests.way import clock_of, hire
from tests.world import World

SUPERVISE = "      - {code: supervise, label: 督办, at: breach, plus: 5, to: [supervisor@city], source: yulin}\n"
ORDERS = """\
      - {code: blue, label: 蓝色督办, at: breach, plus: 5, act: order, colour: blue, to: [supervisor@city], source: yulin}
      - {code: orange, label: 橙色督办, at: breach, plus: 10, act: order, colour: orange, to: [supervisor@city], source: yulin}
      - {code: circular, label: 通报, at: breach, plus: 15, act: circular, to: [coordinator@city], source: yulin}
  - code: replies
    label: 督办反馈阶梯
    rungs:
      - {code: reply_late, label: 反馈逾期, at: breach, to: [holder, supervisor@city], source: yulin}
"""
RULES = """\
supervision:
  issuer: supervisor@city
  word: 督
  notices: {most: 1, source: office}
  snooze: {days: 2, source: office}
  orders:
    - {colour: blue, limit: reply_limit, demand: 请抓紧办结并反馈, source: office}
    - {colour: orange, limit: reply_limit, demand: 限期办结并书面反馈, source: office}
  contest: {days: 30, unit: calendar_day, limit: contest_limit, source: office}
reviews:
"""
REPLIES = """\
  - {code: reply_limit, label: 督办反馈期限, span: {days: 3, unit: working_day, source: office}, ladder: replies}
  - {code: contest_limit, label: 复核决定期限, span: {days: 30, unit: calendar_day, source: office}}
ladders:
"""
VERSION = "2026.11"
LONGER = ("    yellow_share: 9/10\n", "    yellow_share: 7/10\n")
"""So that there are some yellow days: warned on the 11th, due on the 16th."""


def supervised_pack(folder: Path, *changes: tuple[str, str, str]) -> Pack:
    """The small pack with supervision, loaded."""
    limits = [("limits.yaml", SUPERVISE, ORDERS), ("limits.yaml", "reviews:\n", RULES)]
    limits += [("limits.yaml", "ladders:\n", REPLIES), ("limits.yaml", *LONGER)]
    limits += [("pack.yaml", "version: 2026.10", f"version: {VERSION}")]
    return load_pack(write_pack(folder, *limits, *changes))


def supervise(world: World, pack: Pack) -> World:
    """Put the pack with supervision in force, with a second supervisor who has no part in what the first one does."""
    with world.write() as session:
        activate(session, pack, actor="system:setup", source="test", now=world.now)
    world.pack = pack
    hire(world, "chen.audit", "sunny", Role.supervisor)
    return world


def swept(world: World, day: str, hour: int = 10) -> Swept:
    """Go to a day, sweep, and let the reactions happen."""
    world.to(day, hour)
    with world.write() as session:
        done = sweep(session, world.city, now=world.now)
    world.react()
    return done


def by(world: World, login: str, reason: str = "", request: str | None = None) -> Keeping:
    """Who acts now."""
    return Keeping(world.actor(login), world.now, "test", request or world.request(), reason)


def survey(world: World) -> Clock:
    """The clock of the survey."""
    return clock_of(world, "survey_limit")
