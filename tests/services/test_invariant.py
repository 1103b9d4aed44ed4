"""What always holds: a lived-in record breaks none of it, and whoever breaks one by hand is told which and where."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.invariant import Verdict, examine_record
from services.invariant_query import QUERIES
from services.invariant_rule import RULES
from services.outbox import enqueue
from services.sweep import sweep
from states.review import Opinion
from tests.way import CODE, approve, opened, reviewer, tasks
from tests.world import World


@pytest.fixture
def lived(world: World) -> World:
    """A project whose first review was returned and whose second stands open, another one overdue, a third halted."""
    opened(world)
    first, second = tasks(world)
    world.answer(first.id, reviewer(first), Opinion.reject, "间距不足")
    world.answer(second.id, reviewer(second), Opinion.approve)
    world.react()
    world.tick(days=1)
    world.document(CODE, "plan", "wang.district", b"%PDF-1.7 mended")
    world.advance(CODE, "submit_plan", "wang.district")
    world.react()
    world.enrol("SN-2026-002", "惠德花园")
    world.enrol("SN-2026-003", "永安里")
    world.advance("SN-2026-003", "suspend", "wang.district", reason="管线冲突")
    world.to("2026-05-06")
    with world.write() as session:
        sweep(session, world.city, now=world.now)
    world.react()
    return world


def broken(world: World) -> dict[str, tuple[str, ...]]:
    """The invariants that do not hold, each with the places."""
    with world.read() as session:
        return {verdict.code: verdict.places for verdict in examine_record(session, world.city) if verdict.broken}


def test_there_are_more_than_twenty_five_and_each_has_a_name_of_its_own() -> None:
    codes = [code for code, _, _ in (*QUERIES, *RULES)]
    assert len(codes) == len(set(codes)) > 25


def test_a_lived_in_record_breaks_none(lived: World) -> None:
    assert broken(lived) == {}
    approve(lived)
    lived.react()
    assert broken(lived) == {}


OPEN_TO_ALL = {
    "sqlite": "PRAGMA foreign_keys = OFF",
    "postgresql": "SET session_replication_role = replica",  # neither foreign keys nor our own triggers
}
AT = "'2026-03-02 01:00:00'"
ORDER = (
    "INSERT INTO supervision_order (id, code, issuer_id, year, number, project_id, unit_id, colour, status, matter, "
    "demand, reason, issued_at, issued_by, papers, rounds, ended_at) VALUES (1, '督1', 1, 2026, {number}, 1, 2, 1, "
    "'{status}', '调查', '抓紧', '逾期', " + AT + ", 'zhou.audit', '{{}}', 0, {ended})"
)
CONTEST = (
    "INSERT INTO contest (id, project_id, about, unit_id, decider_id, status, grounds, papers, filed_at, filed_by) "
    "VALUES (1, 1, 'light', 2, 1, 'dismissed', '等待产权资料', '{}', " + AT + ", 'li.street')"
)
ALERT = (
    "INSERT INTO alert (event_id, clock_id, project_id, person_id, rung, skipped, merged, told_on, told_at, "
    "snoozed_until) VALUES (1, (SELECT min(id) FROM clock WHERE project_id = 1), {project}, 1, 0, '{{}}', FALSE, "
    "'2026-05-06', " + AT + ", {snoozed})"
)
ROLL = (
    "INSERT INTO owner_roll (id, project_id, version, made_at, made_by) VALUES ({number}, 1, {number}, " + AT + ", 'x')"
)
POLL = (
    ROLL.format(number=1)
    + "; INSERT INTO poll (id, project_id, roll_id, consent, building, entrance, round, status, rule, about, opened_at, "
    "opened_by, closed_at) VALUES (1, 1, 1, 'renovation', '', '', {round}, '{status}', '{{}}', '{{}}', "
    + AT
    + ", 'li.street', {closed})"
)
POSTING = (
    "INSERT INTO posting (id, project_id, code, round, status, place, from_on, papers, clock_id, opened_at, opened_by, "
    "ended_at) VALUES (1, 1, 'plan_posting', {round}, '{status}', '东门', '2026-03-02', '{{}}', 1, "
    + AT
    + ", 'li.street', {ended})"
)
SUPPLEMENT = (
    "INSERT INTO supplement (review_id, status, issued_at, issued_by) VALUES ({review}, '{status}', "
    + AT
    + ", 'sun.planning')"
)
PROMISE = (
    "INSERT INTO promise (id, project_id, code, kind, status, promisor, document_id, made_at, made_by) "
    "VALUES (1, 1, 'later', 'deferral', 'kept', '街道办', 1, " + AT + ", 'li.street')"
)
LEAF = (
    "INSERT INTO audit_leaf (position, entry_id, subject, subject_id, seq, hash) "
    "VALUES ({position}, 1, 'project', 'SN-2026-001', 1, '{hash}')"
)
BY_HAND = {
    "halted_has_way_back": "UPDATE project SET resume_step = step WHERE code = 'SN-2026-003'",
    "project_light_is_worst": "UPDATE project SET light = 1 WHERE code = 'SN-2026-002'",
    "step_is_what_history_says": "UPDATE project SET step = 'posting', stage = 'preparation' WHERE code = 'SN-2026-001'",
    "project_has_history": "UPDATE project SET code = 'SN-2026-009' WHERE code = 'SN-2026-002'",
    "moves_are_announced_once": "UPDATE outbox_event SET kind = 'lost' WHERE kind = 'project_moved' AND id = "
    "(SELECT min(id) FROM outbox_event WHERE kind = 'project_moved')",
    "rounds_are_numbered": "UPDATE review SET round = 5 WHERE round = 2",
    "review_has_members": "DELETE FROM review_task WHERE review_id = 2",
    "finding_is_dated": "INSERT INTO finding (project_id, kind, title, status, step, raised_at, raised_by) "
    "VALUES (1, 'objection', '遮挡采光', 'closed', 'survey', '2026-03-02 01:00:00', 'li.street')",
    "closed_round_is_dated": "UPDATE review SET closed_at = NULL WHERE round = 1",
    "closed_round_asks_nobody": "UPDATE review_task SET status = 'open' WHERE id = 1",
    "answer_is_signed": "UPDATE review_task SET answered_by = NULL WHERE id = 1",
    "rejection_has_reasons": "UPDATE review_task SET reasons = ' ' WHERE opinion = 'reject'",
    "live_clock_is_not_ended": "UPDATE clock SET ended_on = '2026-04-01' WHERE status = 'running'",
    "clock_ends_after_start": "UPDATE clock SET ended_on = '2020-01-01' WHERE status = 'met'",
    "suspended_is_grey": "UPDATE clock SET light = 2 WHERE status = 'suspended'",
    "met_in_time_late_after": "UPDATE clock SET ended_on = '2027-01-01' WHERE status = 'met'",
    "one_live_clock_a_task": "UPDATE clock SET subject_id = 3 WHERE subject = 'task' AND status = 'running'",
    "task_clock_has_open_task": "UPDATE review_task SET status = 'not_needed' WHERE status = 'open'",
    "review_clock_has_open_round": "UPDATE review SET status = 'withdrawn' WHERE status = 'open'",
    "one_step_clock": "UPDATE clock SET subject = 'step' WHERE status = 'running'",
    "fired_rung_has_event": "UPDATE outbox_event SET kind = 'lost' WHERE kind = 'rung_fired'",
    "done_event_is_acknowledged": "DELETE FROM acknowledgement WHERE event_id = 1",
    "acknowledged_event_is_done": "UPDATE outbox_event SET status = 'waiting' WHERE id = 1",
    "parked_event_has_incident": "UPDATE outbox_event SET status = 'parked' WHERE id = "
    "(SELECT max(id) FROM outbox_event)",
    "path_follows_parent": "UPDATE organisation SET path = '/7/' WHERE code = 'sunny-bei'",
    "admin_roles_exclude": "INSERT INTO role_grant (person_id, role, organisation_id, granted_at, granted_by) "
    "SELECT person_id, 'audit_admin', organisation_id, granted_at, granted_by FROM role_grant "
    "WHERE role = 'system_admin'",
    "orders_are_numbered": ORDER.format(number=2, status="closed", ended=AT),
    "owed_order_is_counted": ORDER.format(number=1, status="issued", ended="NULL"),
    "ended_order_is_dated": ORDER.format(number=1, status="closed", ended="NULL"),
    "order_has_one_clock": ORDER.format(number=1, status="replied", ended="NULL")
    + "; UPDATE clock SET subject = 'order', subject_id = 1 WHERE status = 'running'",
    "circulars_are_numbered": "INSERT INTO circular (code, issuer_id, year, number, unit_id, issued_on, issued_at, "
    f"issued_by, reason, content) VALUES ('通1', 1, 2026, 3, 2, '2026-03-02', {AT}, 'zhou.audit', '逾期', '{{}}')",
    "decided_contest_has_reasons": CONTEST,
    "contest_clock_has_open_contest": CONTEST
    + "; UPDATE clock SET subject = 'contest', subject_id = 1 WHERE status = 'running'",
    "alert_is_of_its_project": ALERT.format(project=3, snoozed="NULL"),
    "snooze_has_reason": ALERT.format(project=1, snoozed="'2026-05-07'"),
    "polls_are_numbered": POLL.format(round=2, status="withdrawn", closed=AT),
    "closed_poll_is_frozen": POLL.format(round=1, status="closed", closed=AT),
    "ballot_is_on_the_roll": POLL.format(round=1, status="open", closed="NULL")
    + "; "
    + ROLL.format(number=2)
    + "; INSERT INTO household (id, roll_id, building, entrance, room, owners, area) VALUES (1, 2, '1', '1', '1', 1, 9)"
    + "; INSERT INTO ballot (poll_id, household_id, choice, way, collected_by, cast_on, recorded_at, recorded_by) "
    + f"VALUES (1, 1, 'agree', 'paper', '李', '2026-03-02', {AT}, 'li.street')",
    "postings_are_numbered": POSTING.format(round=3, status="taken_down", ended=AT),
    "one_posting_up": POSTING.format(round=1, status="up", ended=AT),
    "posting_has_its_clock": POSTING.format(round=1, status="up", ended="NULL"),
    "decided_objection_is_closed": "INSERT INTO finding (id, project_id, kind, title, status, step, raised_at, "
    f"raised_by) VALUES (1, 1, 'objection', '遮挡采光', 'open', 'survey', {AT}, 'li.street')"
    + "; "
    + POSTING.format(round=1, status="up", ended="NULL")
    + "; INSERT INTO objection (finding_id, posting_id, upheld) VALUES (1, 1, TRUE)",
    "ended_supplement_is_dated": SUPPLEMENT.format(review=2, status="missed"),
    "open_supplement_has_open_round": SUPPLEMENT.format(review=1, status="open"),
    "ended_promise_is_dated": PROMISE,
    "waiting_clock_has_its_wait": PROMISE
    + "; UPDATE clock SET subject = 'promise', subject_id = 1 WHERE status = 'running'",
    "anchors_run_on": "INSERT INTO audit_anchor (number, size, root, taken_at, taken_by, daily, last_entry, statement, "
    f"hash, signature) VALUES (2, 0, 'r', {AT}, 'x', TRUE, 0, 's', 'h', 's')",
    "leaves_run_on": LEAF.format(position=4, hash="x"),
    "leaf_is_its_entry": LEAF.format(position=0, hash="x"),
    "document_versions_run_on": "UPDATE document SET version = 7 WHERE version = 2",
    "step_in_pack": "UPDATE project SET step = 'nowhere' WHERE code = 'SN-2026-002'",
    "stage_of_step": "UPDATE project SET stage = 'handover' WHERE code = 'SN-2026-002'",
    "halted_has_halt": "UPDATE project SET resume_step = NULL WHERE code = 'SN-2026-003'",
    "ended_is_quiet": "UPDATE project SET step = 'terminated' WHERE code = 'SN-2026-002'",
    "halted_stands_still": "UPDATE clock SET status = 'running' WHERE status = 'suspended'",
    "round_where_it_belongs": "UPDATE project SET step = 'survey' WHERE code = 'SN-2026-001'",
    "decided_as_ruled": "UPDATE review SET status = 'passed' WHERE status = 'rejected'",
    "due_as_counted": "UPDATE clock SET due_on = '2026-12-31' WHERE status = 'running'",
    "facts_fit": "UPDATE fact SET value = '\"viele\"' WHERE code = 'households'",
    "documents_stored": "UPDATE document SET size = size + 1",
    "chains_hold": "DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'nobody' WHERE id = 20",
}


@pytest.mark.parametrize("code", BY_HAND)
def test_what_somebody_changes_by_hand_is_named(lived: World, code: str) -> None:
    with lived.write() as session:
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        session.execute(text(OPEN_TO_ALL["sqlite" if on_sqlite else "postgresql"]))
        for statement in BY_HAND[code].split("; "):
            if on_sqlite or not statement.startswith("DROP TRIGGER"):
                session.execute(text(statement))
    assert broken(lived).get(code), code


def test_a_delivery_nobody_will_make_is_named(lived: World) -> None:
    with lived.write() as session:
        enqueue(session, "delivery_requested", "消息", {"delivery": 1}, now=lived.now)
        session.execute(
            text(
                "INSERT INTO delivery (message_id, channel, status, attempts, changed_at) "
                "SELECT id, 'smtp', 'waiting', 0, created_at FROM inbox_message LIMIT 1"
            )
        )
    assert "waiting_delivery_has_event" in broken(lived)


def test_every_invariant_a_hand_can_break_is_broken_here() -> None:
    held_by_the_database = {"one_open_round", "delivery_once_a_channel"}  # unique indexes refuse to break them
    tried = {*BY_HAND, "waiting_delivery_has_event"}
    assert {code for code, _, _ in (*QUERIES, *RULES)} - tried == held_by_the_database


def test_only_the_first_places_are_named_and_the_rest_counted(world: World) -> None:
    for number in range(30):
        world.enrol(f"SN-2026-{number:03}", f"幸福里{number}区")
    with world.write() as session:
        session.execute(text("UPDATE project SET stage = 'handover'"))
    with world.read() as session:
        found: list[Verdict] = [verdict for verdict in examine_record(session, world.city) if verdict.broken]
    assert [(verdict.code, len(verdict.places), verdict.broken) for verdict in found] == [("stage_of_step", 20, 30)]
