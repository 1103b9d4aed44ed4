"""People come and go: a login is one person's for ever, and nothing is granted to whoever happens to have it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.person import RoleGrant
from services.identity import PersonUnknown, find_actor
from services.organisation import (
    Entering,
    FunctionUnknown,
    NameInvalid,
    OrganisationExists,
    add_organisation,
    find_organisation,
)
from services.person import (
    LoginInvalid,
    NewPerson,
    PersonExists,
    RoleNotHeld,
    add_person,
    find_anyone,
    revoke_role,
    set_active,
)
from services.register import EnrolmentForbidden
from states.role import Level, Role
from tests.world import World


def entries(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count(AuditEntry.id))) or 0


def entering(world: World) -> Entering:
    return Entering("operator:test", "test", world.now)


def add(world: World, login: str, name: str, organisation: str = "sunny-nan-fire", **more: object) -> bool:
    with world.write() as session:
        new = NewPerson(login, name, find_organisation(session, organisation), **more)  # type: ignore[arg-type]
        return add_person(session, new, entering=entering(world))


class TestAddPerson:
    def test_a_new_one_is_entered_with_the_role(self, world: World) -> None:
        assert add(world, "chen.fire", "陈消防", role=Role.reviewer)
        assert [grant.role for grant in world.actor("chen.fire").grants] == [Role.reviewer]

    @pytest.mark.parametrize(
        ("login", "name", "more"),
        [
            ("qian.fire", "钱多多", {}),
            ("qian.fire", "钱消防", {"organisation": "sunny-nan-planning"}),
            ("QIAN.fire", "钱消防", {}),
            ("qian.fire", "钱消防", {"role": Role.coordinator}),
            ("qian.fire", "钱消防", {"mobile": "13800000000"}),
        ],
    )
    def test_a_login_that_is_taken_is_a_conflict_and_nobody_gets_a_role(
        self, world: World, login: str, name: str, more: dict[str, object]
    ) -> None:
        before, grants = entries(world), len(world.actor("qian.fire").grants)
        with pytest.raises(PersonExists, match="钱消防（南山区消防救援大队，在岗）"):
            add(world, login, name, **more)  # type: ignore[arg-type]
        assert (entries(world), len(world.actor("qian.fire").grants)) == (before, grants)

    def test_exactly_the_same_again_is_harmless(self, world: World) -> None:
        before = entries(world)
        assert not add(world, "qian.fire", "钱消防", role=Role.reviewer)
        assert entries(world) == before

    @pytest.mark.parametrize(
        "login", ["", "a", "=cmd", "-rf", "@all", "王五", "li wang", "li\n", "system:sweep", "../etc", "x" * 65]
    )
    def test_a_login_that_reads_as_something_else_is_refused(self, world: World, login: str) -> None:
        with pytest.raises(LoginInvalid, match="2 至 64"):
            add(world, login, "新人")

    @pytest.mark.parametrize("name", ["", "  ", "=1+1", "王\n五", "长" * 81])
    def test_a_name_nobody_has_is_refused(self, world: World, name: str) -> None:
        with pytest.raises(NameInvalid):
            add(world, "chen.fire", name)


class TestRevokeRole:
    def test_ends_the_grant_and_keeps_who_gave_it(self, world: World) -> None:
        with world.write() as session:
            person, place = find_anyone(session, "qian.fire"), find_organisation(session, "sunny-nan-fire")
            revoke_role(session, world.city, person, Role.reviewer, place, entering=entering(world), reason="调岗")
            assert session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).all() == []
            entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.action, entry.reason, entry.before["granted_by"]) == ("revoked", "调岗", "system:setup")

    def test_what_is_not_held_is_said(self, world: World) -> None:
        with world.write() as session, pytest.raises(RoleNotHeld, match="督查员"):
            person, place = find_anyone(session, "qian.fire"), find_organisation(session, "sunny-nan-fire")
            revoke_role(session, world.city, person, Role.supervisor, place, entering=entering(world))


class TestSetActive:
    def test_locked_out_and_let_in_again_with_the_same_roles(self, world: World) -> None:
        def switch(*, active: bool) -> bool:
            with world.write() as session:
                return set_active(
                    session, world.city, find_anyone(session, "qian.fire"), active=active, entering=entering(world)
                )

        before = world.actor("qian.fire").grants
        assert switch(active=False)
        assert not switch(active=False)
        with world.read() as session, pytest.raises(PersonUnknown):
            find_actor(session, "qian.fire")
        assert switch(active=True)
        assert world.actor("qian.fire").grants == before


class TestAddOrganisation:
    def enter(self, world: World, code: str, name: str, function: str | None = None) -> bool:
        with world.write() as session:
            above = find_organisation(session, "sunny-bei")
            return add_organisation(
                session, code, name, Level.department, entering=entering(world), parent=above, function=function
            )

    def test_a_department_no_pack_knows_is_refused_with_those_it_knows(self, world: World) -> None:
        with pytest.raises(FunctionUnknown, match=r"是不是“planning”.*fire（消防救援大队）、planning（自然资源局）"):
            self.enter(world, "bei-plan", "北山区自然资源局", "planing")
        assert self.enter(world, "bei-plan", "北山区自然资源局", "planning")
        assert not self.enter(world, "bei-plan", "北山区自然资源局", "planning")

    def test_a_code_that_is_taken_is_a_conflict(self, world: World) -> None:
        with pytest.raises(OrganisationExists, match="花园街道"):
            self.enter(world, "sunny-nan-hua", "北山区自然资源局", "planning")


class TestEnrol:
    def test_only_a_coordinator_above_the_place_enters_projects_there(self, world: World) -> None:
        for login in ("qian.fire", "zhou.audit", "wu.system"):
            with pytest.raises(EnrolmentForbidden, match="花园街道"):
                world.enrol(login=login)
        with pytest.raises(EnrolmentForbidden, match="北山区"):
            world.enrol(organisation="sunny-bei", login="wang.district")
        assert world.enrol(login="li.street")
