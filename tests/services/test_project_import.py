"""A list becomes projects once, follows the list when it comes again, and never loses what people recorded since."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import event, func, select

from models.audit import AuditEntry
from models.clock import Clock
from models.community import Community
from models.fact import Fact
from models.organisation import Organisation
from models.project import Project
from services.audit import verify
from services.identity import Actor, find_actor
from services.import_place import find_city
from services.import_result import ImportResult, Outcome
from services.pack import current_version
from services.project_import import Importing, import_rows
from services.project_row import ProjectRow, generate_code
from tests.world import World

OPERATOR = Actor("operator:test", "操作员", is_system=True)


def row(name: str = "幸福里小区", district: str = "南山区", **values: object) -> ProjectRow:
    return ProjectRow(name=name, district=district, **values)


def imported(world: World, *rows: ProjectRow, actor: Actor = OPERATOR, create: bool = False) -> list[ImportResult]:
    with world.write() as session:
        version = current_version(session, "yangguang")
        importing = Importing(find_city(session), actor, world.now, create_organisations=create)
        return import_rows(session, world.city, version, list(enumerate(rows, start=2)), importing)


def outcomes(world: World, *rows: ProjectRow, create: bool = False) -> list[Outcome]:
    return [result.outcome for result in imported(world, *rows, create=create)]


def facts_of(world: World, code: str) -> dict[str, object]:
    with world.read() as session:
        query = select(Fact.code, Fact.value).join(Project, Project.id == Fact.project_id)
        return dict(session.execute(query.where(Project.code == code)).tuples().all())


class TestAdded:
    def test_many_at_once_are_enrolled_like_one_by_one(self, world: World) -> None:
        rows = [
            row(f"{n}号院", households=60 + n, floor_area_m2=Decimal("1300.5"), investment_fen=100) for n in range(5)
        ]
        assert outcomes(world, *rows) == [Outcome.added] * 5
        with world.read() as session:
            projects = session.scalars(select(Project).order_by(Project.id)).all()
            assert {(p.step, p.stage, p.light, p.organisation_id) for p in projects} == {
                (projects[0].step, projects[0].stage, projects[0].light, projects[0].organisation_id)
            }
            clocks = session.scalars(select(Clock).order_by(Clock.project_id)).all()
            assert [c.project_id for c in clocks] == [p.id for p in projects]
            assert len({(c.due_on, c.warn_on, c.next_check_on, c.holder_id, c.derivation) for c in clocks}) == 1
            entries = session.execute(
                select(AuditEntry.subject_id, AuditEntry.seq, AuditEntry.action).where(AuditEntry.subject == "project")
            ).all()
            assert sorted(entries) == sorted(
                (p.code, seq, action) for p in projects for seq, action in ((1, "enrolled"), (2, "facts_recorded"))
            )
            assert list(verify(session)) == []
        assert facts_of(world, generate_code(rows[3])) == {"households": 63, "investment": "1.00"}

    def test_a_street_is_found_below_its_district(self, world: World) -> None:
        assert outcomes(world, row(street="花园街道")) == [Outcome.added]
        with world.read() as session:
            assert session.scalars(select(Project)).one().organisation.code == "sunny-nan-hua"

    def test_missing_places_are_named_and_entered_only_when_asked(self, world: World) -> None:
        rows = (row("东风小区", "西山区"), row("前进小区", street="河西街道"))
        results = imported(world, *rows)
        assert [result.outcome for result in results] == [Outcome.failed] * 2
        assert "西山区" in results[0].error.text("zh")
        assert "河西街道" in results[1].error.text("zh")
        assert outcomes(world, *rows, create=True) == [Outcome.added] * 2
        with world.read() as session:
            codes = set(session.scalars(select(Organisation.code)))
            assert {"sunny-西山区", "sunny-nan-河西街道"} <= codes

    def test_a_district_of_another_city_carries_its_name(self, world: World) -> None:
        assert outcomes(world, row(city="滁州"), create=True) == [Outcome.added]
        assert outcomes(world, row("和平里小区", city="阳光")) == [Outcome.added]
        with world.read() as session:
            places = {p.name: p.organisation.name for p in session.scalars(select(Project))}
        assert places == {"幸福里小区": "滁州南山区", "和平里小区": "南山区"}

    def test_a_value_the_fact_does_not_take_stays_with_the_community(self, world: World) -> None:
        assert outcomes(world, row(households=0, built_year="1995-1998")) == [Outcome.added]
        assert facts_of(world, generate_code(row())) == {}


class TestAgain:
    def test_the_same_list_changes_nothing_and_leaves_no_trace(self, world: World) -> None:
        rows = [row(f"{n}号院", households=60 + n, floor_area_m2=Decimal("9.123"), extra={"序": "x"}) for n in range(3)]
        imported(world, *rows)
        with world.read() as session:
            before = session.scalar(select(func.count(AuditEntry.id)))
        assert outcomes(world, *rows) == [Outcome.unchanged] * 3
        with world.read() as session:
            assert session.scalar(select(func.count(AuditEntry.id))) == before

    def test_what_the_list_changed_is_taken_over_with_before_and_after(self, world: World) -> None:
        imported(world, row(code="SN-1", households=60, plan_year=2025))
        assert outcomes(world, row(code="SN-1", households=66, plan_year=2026)) == [Outcome.updated]
        assert facts_of(world, "SN-1")["households"] == 66
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "list_imported")).one()
        assert entry.before == {"households": 60, "plan_year": 2025}
        assert entry.after == {"households": 66, "plan_year": 2026}

    def test_what_the_list_leaves_empty_stays(self, world: World) -> None:
        imported(world, row(code="SN-1", households=60, investment_fen=500))
        assert outcomes(world, row(code="SN-1")) == [Outcome.unchanged]
        assert facts_of(world, "SN-1") == {"households": 60, "investment": "5.00"}

    def test_a_fact_somebody_recorded_since_is_kept_and_named(self, world: World) -> None:
        imported(world, row(code="SN-1", street="花园街道", households=60))
        world.facts("SN-1", households="64")
        (result,) = imported(world, row(code="SN-1", street="花园街道", households=70))
        assert (result.outcome, result.kept) == (Outcome.updated, ("households",))
        assert facts_of(world, "SN-1")["households"] == 64
        with world.read() as session:
            assert session.scalars(select(Community)).one().households == 70

    def test_the_step_a_project_has_reached_is_never_touched(self, world: World) -> None:
        imported(world, row(code="SN-1", street="花园街道", households=120))
        world.document("SN-1", "survey_report")
        world.facts("SN-1", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
        world.advance("SN-1", "finish_survey", "li.street")
        assert outcomes(world, row(code="SN-1", street="花园街道", households=121)) == [Outcome.updated]
        assert world.project("SN-1").step == "design"

    def test_two_years_of_one_community_do_not_fight_over_its_numbers(self, world: World) -> None:
        rows = (row(plan_year=2026, households=80), row(plan_year=2024, households=50))
        assert outcomes(world, *rows) == [Outcome.added] * 2
        assert outcomes(world, *rows) == [Outcome.unchanged] * 2
        with world.read() as session:
            assert session.scalars(select(Community)).one().households == 80


class TestFailed:
    def test_one_bad_row_takes_no_other_with_it(self, world: World) -> None:
        rows = [row(code="SN-1"), row("和平里小区", code="SN-1"), row("东风小区", code="SN-2")]
        results = imported(world, *rows)
        assert [result.outcome for result in results] == [Outcome.added, Outcome.failed, Outcome.added]
        assert results[1].error.code == "project_exists"
        with world.read() as session:
            assert list(verify(session)) == []

    def test_a_made_code_of_another_project_is_refused(self, world: World) -> None:
        imported(world, row("和平里小区", code=generate_code(row())))
        (result,) = imported(world, row())
        assert (result.outcome, result.error.code) == (Outcome.failed, "code_collides")

    def test_a_list_never_moves_a_project_to_another_district(self, world: World) -> None:
        imported(world, row(code="SN-1"))
        (result,) = imported(world, row(code="SN-1", district="北山区"))
        assert (result.outcome, result.error.code) == (Outcome.failed, "district_differs")

    def test_a_person_reaches_no_further_than_the_own_subtree(self, world: World) -> None:
        with world.read() as session:
            street = find_actor(session, "li.street")
        results = imported(world, row(street="花园街道"), row("和平里小区"), actor=street, create=True)
        assert [result.outcome for result in results] == [Outcome.added, Outcome.failed]
        assert results[1].error.code == "keeping_forbidden"
        (result,) = imported(world, row("河边小区", street="河西街道"), actor=street, create=True)
        assert result.error.code == "place_unlisted"

    def test_results_are_data(self, world: World) -> None:
        (result,) = imported(world, row("东风小区", "西山区"))
        data = result.as_dict("en")
        assert (data["line"], data["outcome"], data["error"]["code"]) == (2, "failed", "place_unlisted")
        assert "create-organisations" in data["error"]["message"]


class TestScale:
    def test_a_row_costs_two_statements_not_a_dozen(self, world: World) -> None:
        statements: list[str] = []
        event.listen(world.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        rows = [row(f"{n}号院", households=60, investment_fen=100) for n in range(300)]
        assert set(outcomes(world, *rows)) == {Outcome.added}
        assert len(statements) < 3 * len(rows)
