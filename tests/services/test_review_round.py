"""Rounds: every member has a task, a clock and a message; a member nobody stands for is never skipped."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.clock import Clock
from models.delivery import InboxMessage
from models.organisation import Organisation
from models.review import Review
from services.outbox import claim
from services.reaction import REACTIONS
from services.review_round import ReviewerMissing
from states.clock import Light
from tests.way import CODE, clocks, designed, opened, rounds, submitted, tasks
from tests.world import World


def count(world: World, table: type) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class TestOpenRound:
    def test_asks_each_member_with_a_clock_that_says_how_it_was_counted(self, world: World) -> None:
        planning, fire = opened(world)
        assert (planning.member, fire.member) == ("planning", "fire")
        assert [(c.subject, c.limit, c.due_on.isoformat()) for c in clocks(world, "review", "task")] == [
            ("review", "review_limit", "2026-03-30"),
            ("task", "opinion_limit", "2026-03-16"),
            ("task", "opinion_limit", "2026-03-16"),
        ]
        assert all("2026-03-16" in c.derivation for c in clocks(world, "task"))
        with world.read() as session:
            query = select(InboxMessage).where(InboxMessage.kind == "review_task_opened").order_by(InboxMessage.id)
            assert [m.person.login for m in session.scalars(query)] == ["sun.planning", "qian.fire"]

    def test_asks_only_whom_the_facts_concern(self, world: World) -> None:
        designed(world)
        world.facts(CODE, "wang.district", adds_area="否", willing="95%", investment="2000000")
        world.advance(CODE, "submit_plan", "wang.district")
        world.react()
        assert [task.member for task in tasks(world)] == ["planning"]

    def test_the_district_s_own_department_comes_before_the_city_s(self, world: World) -> None:
        from services.organisation import Entering, ensure_organisation, find_organisation
        from states.role import Level

        entering = Entering("system:setup", "test", world.now)
        with world.write() as session:
            city = find_organisation(session, "sunny")
            ensure_organisation(
                session,
                "sunny-fire",
                "阳光市消防支队",
                Level.department,
                entering=entering,
                parent=city,
                function="fire",
            )
        _, fire = opened(world)
        with world.read() as session:
            assert session.get_one(Organisation, fire.organisation_id).code == "sunny-nan-fire"

    def test_handled_twice_opens_one_round_and_tells_everybody_once(self, world: World) -> None:
        submitted(world)
        with world.write() as session:
            events = [event for event in claim(session, "a", now=world.now) if event.kind == "joint_review_requested"]
        for _ in range(2):
            with world.write() as session:
                REACTIONS[events[0].kind].handle(session, world.city, events[0], world.now)
        assert rounds(world) == [(1, "open")]
        assert count(world, InboxMessage) == 2
        assert len(clocks(world, "task")) == 2


class TestReviewerMissing:
    @pytest.fixture
    def without_fire(self, world: World) -> World:
        """A district whose fire department nobody has entered as such."""
        submitted(world)
        with world.write() as session:
            session.scalars(select(Organisation).where(Organisation.function == "fire")).one().function = None
        return world

    def test_is_refused_by_name_and_nothing_is_written(self, without_fire: World) -> None:
        before = [count(without_fire, table) for table in (Review, Clock, AuditEntry, InboxMessage)]
        with without_fire.write() as session:
            events = [e for e in claim(session, "a", now=without_fire.now) if e.kind == "joint_review_requested"]
        with pytest.raises(ReviewerMissing, match="消防救援大队") as missing:
            without_fire.handle(events[0])
        assert "自然资源局" not in missing.value.text("zh")
        assert [count(without_fire, table) for table in (Review, Clock, AuditEntry, InboxMessage)] == before
        assert without_fire.project().light == Light.green


class TestDepartments:
    def test_of_another_district_is_never_asked(self, world: World) -> None:
        from services.organisation import Entering, ensure_organisation, find_organisation
        from states.role import Level

        entering = Entering("system:setup", "test", world.now)
        with world.write() as session:
            bei = find_organisation(session, "sunny-bei")
            ensure_organisation(
                session, "bei-fire", "北山区消防", Level.department, entering=entering, parent=bei, function="fire"
            )
            session.scalars(select(Organisation).where(Organisation.code == "sunny-nan-fire")).one().function = None
        submitted(world)
        with world.write() as session:
            events = [e for e in claim(session, "a", now=world.now) if e.kind == "joint_review_requested"]
        with pytest.raises(ReviewerMissing):
            world.handle(events[0])
