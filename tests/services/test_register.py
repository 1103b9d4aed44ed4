"""The register, organisations and packs in force: entered once, each change in the history."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.community import Community
from models.organisation import Organisation
from models.person import RoleGrant
from policy.loader import load_pack
from services.audit import verify
from services.organisation import (
    Entering,
    OrganisationMissing,
    RolesExclude,
    ensure_organisation,
    ensure_person,
    find_organisation,
    grant_role,
)
from services.pack import PackNotActive, PackVersionChanged, activate, current_version, pack_of
from services.project import ProjectMissing, find_project
from services.register import Enrolment, ProjectExists, enrol
from states.clock import ClockStatus
from states.role import Level, Role
from tests.policy.packs import write_pack
from tests.way import CODE, clocks, restart
from tests.world import World


def entries(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count(AuditEntry.id))) or 0


class TestEnrol:
    def test_stands_at_the_start_with_its_clock_held_by_the_street(self, world: World) -> None:
        world.enrol()
        (clock,) = clocks(world)
        assert (world.project().step, clock.limit, clock.status) == ("survey", "survey_limit", ClockStatus.running)
        with world.read() as session:
            assert session.get_one(Organisation, clock.holder_id).code == "sunny-nan-hua"

    def test_a_code_is_taken_once(self, world: World) -> None:
        world.enrol()
        before = entries(world)
        with pytest.raises(ProjectExists, match="幸福里小区"):
            world.enrol(name="另一小区")
        assert entries(world) == before

    def test_two_projects_of_one_community_share_its_row_and_fill_in_what_was_missing(self, world: World) -> None:
        world.enrol()
        with world.write() as session:
            organisation = find_organisation(session, "sunny-nan-hua")
            known = Enrolment(
                "SN-2027-001", "幸福里小区二期", organisation, "幸福里小区", floor_area_m2=Decimal("12000.50"), extra={"楼龄": "30"}
            )  # fmt: skip
            version = current_version(session, "yangguang")
            enrol(session, world.city, version, known, actor=world.actor("wang.district"), source="test", now=world.now)
        with world.read() as session:
            community = session.scalars(select(Community)).one()
        assert (community.floor_area_m2, community.extra) == (Decimal("12000.50"), {"楼龄": "30"})

    def test_a_project_nobody_enrolled_is_missing(self, world: World) -> None:
        with world.read() as session, pytest.raises(ProjectMissing, match=CODE):
            find_project(session, CODE)


class TestOrganisations:
    def test_the_three_admin_roles_exclude_each_other(self, world: World) -> None:
        entering = Entering("system:setup", "test", world.now)
        with world.write() as session:
            city = find_organisation(session, "sunny")
            person = ensure_person(session, "wu.system", "吴系统", city, entering=entering)
            for role in (Role.security_admin, Role.audit_admin):
                with pytest.raises(RolesExclude, match="系统管理员"):
                    grant_role(session, person, role, city, entering=entering)
            grant_role(session, person, Role.supervisor, city, entering=entering)

    def test_entered_or_granted_again_nothing_happens(self, world: World) -> None:
        entering = Entering("system:setup", "test", world.now)
        before = entries(world)
        with world.write() as session:
            city = ensure_organisation(session, "sunny", "另名", Level.city, entering=entering)
            person = ensure_person(session, "zhao.city", "另名", city, entering=entering)
            grant_role(session, person, Role.coordinator, city, entering=entering)
            assert (city.name, person.name) == ("阳光市", "赵市办")
        assert entries(world) == before
        with world.read() as session:
            assert session.scalar(select(func.count(RoleGrant.id)).where(RoleGrant.person_id == person.id)) == 1

    def test_a_path_holds_all_those_above(self, world: World) -> None:
        with world.read() as session:
            street, district = find_organisation(session, "sunny-nan-hua"), find_organisation(session, "sunny-nan")
            assert street.path == f"{district.path}{street.id}/"
            with pytest.raises(OrganisationMissing, match="moon"):
                find_organisation(session, "moon")


class TestPacks:
    def test_a_project_keeps_the_rules_it_began_under(self, world: World, tmp_path: Path) -> None:
        """老项目老办法."""
        world.enrol()
        stricter = (
            "limits.yaml",
            "span: {days: 10, unit: working_day, source: office}",
            "span: {days: 5, unit: working_day, source: office}",
        )
        newer = load_pack(write_pack(tmp_path / "newer", ("pack.yaml", "version: 2026.10", "version: 2027.1"), stricter))  # fmt: skip
        with world.write() as session:
            activate(session, newer, actor="wu.system", source="test", now=world.now)
        restart(world)
        world.enrol("SN-2027-001", "惠德花园")
        assert [clock.length for clock in clocks(world)] == [10, 5]
        with world.read() as session:
            assert pack_of(find_project(session, CODE).pack_version).id == "yangguang@2026.10"
            assert pack_of(current_version(session, "yangguang")).id == "yangguang@2027.1"

    def test_the_same_version_with_other_content_is_refused(self, world: World, tmp_path: Path) -> None:
        changed = load_pack(write_pack(tmp_path / "changed", ("limits.yaml", "days: 10", "days: 11")))
        with world.write() as session, pytest.raises(PackVersionChanged, match=r"yangguang@2026\.10"):
            activate(session, changed, actor="wu.system", source="test", now=world.now)

    def test_activated_again_leaves_no_trace_and_an_older_one_can_come_back(self, world: World, tmp_path: Path) -> None:
        newer = load_pack(write_pack(tmp_path / "newer", ("pack.yaml", "version: 2026.10", "version: 2027.1")))
        for pack, traces in ((world.pack, 0), (newer, 1), (newer, 0), (world.pack, 1)):
            before = entries(world)
            with world.write() as session:
                activate(session, pack, actor="wu.system", source="test", now=world.now)
            assert entries(world) == before + traces
            with world.read() as session:
                assert pack_of(current_version(session, "yangguang")).id == pack.id
        with world.read() as session:
            assert list(verify(session)) == []

    def test_a_name_nobody_activated_is_said(self, world: World) -> None:
        with world.read() as session, pytest.raises(PackNotActive, match="moon"):
            current_version(session, "moon")
