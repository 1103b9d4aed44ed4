"""Invariants one query can see (查询可判的不变量): each gives the places where its statement does not hold."""

from __future__ import annotations

from services.invariant_paper import PAPERS
from services.invariant_paper import one as _one

PROJECTS = (
    _one(
        "halted_has_way_back",
        "暂停的项目记有恢复步骤，未暂停的没有",
        "a halted project knows the step it goes back to",
        "SELECT code FROM project WHERE resume_step = step",
    ),
    _one(
        "project_light_is_worst",
        "项目的灯等于在办期限中最差的灯",
        "a project's light is the worst of its live clocks",
        """SELECT p.code FROM project p JOIN (SELECT project_id, max(light) AS worst FROM clock
        WHERE status IN ('running', 'suspended') GROUP BY project_id) c
        ON c.project_id = p.id WHERE p.light <> c.worst""",
    ),
    _one(
        "step_is_what_history_says",
        "项目所在步骤与留痕中最后一次推进一致",
        "a project stands where its newest move has put it",
        """SELECT p.code FROM project p JOIN audit_entry a ON a.subject = 'project' AND a.subject_id = p.code
        WHERE a.seq = (SELECT max(b.seq) FROM audit_entry b WHERE b.subject = 'project' AND b.subject_id = p.code
          AND CAST(b.after AS TEXT) LIKE '%"step"%' AND CAST(b.before AS TEXT) LIKE '%"step"%')
        AND CAST(a.after AS TEXT) NOT LIKE '%"step": "' || p.step || '"%'""",
    ),
    _one(
        "project_has_history",
        "每个项目都有留痕",
        "every project has a history",
        """SELECT p.code FROM project p WHERE NOT EXISTS
        (SELECT 1 FROM audit_entry a WHERE a.subject = 'project' AND a.subject_id = p.code)""",
    ),
    _one(
        "moves_are_announced_once",
        "每次推进恰有一个联动事件",
        "every move has exactly one event",
        """SELECT p.code FROM project p
        LEFT JOIN (SELECT subject_id, count(*) AS moves FROM audit_entry WHERE subject = 'project'
          AND CAST(after AS TEXT) LIKE '%"step"%' AND CAST(before AS TEXT) LIKE '%"step"%' GROUP BY subject_id) a
          ON a.subject_id = p.code
        LEFT JOIN (SELECT project_id, count(*) AS events FROM outbox_event WHERE kind = 'project_moved'
          GROUP BY project_id) e ON e.project_id = p.id
        WHERE coalesce(a.moves, 0) <> coalesce(e.events, 0)""",
    ),
)
REVIEWS = (
    _one(
        "one_open_round",
        "同一项目同一审查至多一轮进行中",
        "at most one round of a review is open",
        """SELECT min(id) FROM review WHERE status = 'open' GROUP BY project_id, code HAVING count(*) > 1""",
    ),
    _one(
        "rounds_are_numbered",
        "审查轮次从1起连续编号",
        "rounds are numbered from 1 without gaps",
        "SELECT min(id) FROM review GROUP BY project_id, code HAVING max(round) <> count(*) OR min(round) <> 1",
    ),
    _one(
        "review_has_members",
        "每轮审查至少有一个成员",
        "every round has a member",
        "SELECT id FROM review r WHERE NOT EXISTS (SELECT 1 FROM review_task t WHERE t.review_id = r.id)",
    ),
    _one(
        "closed_round_is_dated",
        "办结的轮次有办结时间，进行中的没有",
        "a closed round says when it was closed",
        "SELECT id FROM review WHERE (status = 'open') <> (closed_at IS NULL)",
    ),
    _one(
        "closed_round_asks_nobody",
        "办结的轮次没有待办任务",
        "a closed round has no open task",
        """SELECT t.id FROM review_task t JOIN review r ON r.id = t.review_id
        WHERE r.status <> 'open' AND t.status IN ('open', 'waiting')""",
    ),
    _one(
        "answer_is_signed",
        "已答复的任务有意见、时间和署名",
        "an answered task has opinion, time and name",
        """SELECT id FROM review_task WHERE status = 'answered'
        AND (opinion IS NULL OR answered_at IS NULL OR answered_by IS NULL)""",
    ),
    _one(
        "rejection_has_reasons",
        "不同意、需补正都写明理由",
        "a rejection and a demand for supplements have reasons",
        """SELECT id FROM review_task WHERE opinion IN ('reject', 'supplement')
        AND (reasons IS NULL OR trim(reasons) = '')""",
    ),
)
CLOCKS = (
    _one(
        "live_clock_is_not_ended",
        "在办期限没有结束日，办结期限有",
        "a live clock has no end, an ended one has",
        "SELECT id FROM clock WHERE (status IN ('running', 'suspended')) = (ended_on IS NOT NULL)",
    ),
    _one(
        "clock_ends_after_start",
        "期限不早于开始日结束",
        "no clock ends before it starts",
        "SELECT id FROM clock WHERE ended_on < started_on",
    ),
    _one(
        "suspended_is_grey",
        "暂停的期限是灰灯并记有剩余天数，也不再巡检",
        "a suspended clock is grey, knows what is left and is not swept",
        """SELECT id FROM clock WHERE status = 'suspended'
        AND (light <> 0 OR next_check_on IS NOT NULL OR remaining IS NULL)""",
    ),
    _one(
        "met_in_time_late_after",
        "按期办结的不晚于到期日，逾期办结的晚于到期日",
        "met is in time, late is after the last day",
        """SELECT id FROM clock WHERE (status = 'met' AND ended_on > due_on AND subject <> 'period')
        OR (status = 'late' AND ended_on <= due_on)""",
    ),
    _one(
        "one_live_clock_a_task",
        "一个任务至多一个在办期限",
        "a task has at most one live clock",
        """SELECT min(id) FROM clock WHERE subject = 'task' AND status IN ('running', 'suspended')
        GROUP BY subject_id HAVING count(*) > 1""",
    ),
    _one(
        "task_clock_has_open_task",
        "任务期限在办时任务也在办",
        "a task's live clock belongs to an open task",
        """SELECT c.id FROM clock c JOIN review_task t ON t.id = c.subject_id
        WHERE c.subject = 'task' AND c.status IN ('running', 'suspended') AND t.status NOT IN ('open', 'waiting')""",
    ),
    _one(
        "review_clock_has_open_round",
        "审查期限在办时该轮也在办",
        "a review's live clock belongs to an open round",
        """SELECT c.id FROM clock c JOIN review r ON r.id = c.subject_id
        WHERE c.subject = 'review' AND c.status IN ('running', 'suspended') AND r.status <> 'open'""",
    ),
    _one(
        "one_step_clock",
        "一个项目至多一个在办步骤期限",
        "a project has at most one live clock of its step",
        """SELECT min(id) FROM clock WHERE subject = 'step' AND status IN ('running', 'suspended')
        GROUP BY project_id HAVING count(*) > 1""",
    ),
    _one(
        "fired_rung_has_event",
        "每次预警恰有一个联动事件",
        "what was told of a project's clocks are as many rungs as events",
        """SELECT c.project_id FROM clock_rung r JOIN clock c ON c.id = r.clock_id WHERE NOT r.skipped
        GROUP BY c.project_id HAVING count(*) > (SELECT count(*) FROM outbox_event e
        WHERE e.kind = 'rung_fired' AND e.project_id = c.project_id)""",
    ),
)
WORK = (
    _one(
        "done_event_is_acknowledged",
        "办完的联动事件都有回执",
        "a done event has its acknowledgement",
        """SELECT e.id FROM outbox_event e WHERE e.status = 'done'
        AND NOT EXISTS (SELECT 1 FROM acknowledgement a WHERE a.event_id = e.id)""",
    ),
    _one(
        "acknowledged_event_is_done",
        "有回执的联动事件都已办完",
        "an acknowledged event is done",
        """SELECT e.id FROM outbox_event e JOIN acknowledgement a ON a.event_id = e.id WHERE e.status <> 'done'""",
    ),
    _one(
        "parked_event_has_incident",
        "搁置的联动事件都有未处理的故障",
        "a parked event has an open incident",
        """SELECT e.id FROM outbox_event e WHERE e.status = 'parked'
        AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.event_id = e.id AND i.closed_at IS NULL)""",
    ),
    _one(
        "waiting_delivery_has_event",
        "未送达的通知都有待办事件或故障",
        "a delivery still to be made has an event that will make it",
        """SELECT d.id FROM delivery d WHERE d.status IN ('waiting', 'sending', 'failed') AND NOT EXISTS
        (SELECT 1 FROM outbox_event e WHERE e.kind = 'delivery_requested' AND e.status <> 'done'
         AND e.lane = d.channel)""",
    ),
    _one(
        "delivery_once_a_channel",
        "一条消息在一个渠道只有一次送达记录",
        "a message has one delivery a channel",
        "SELECT min(id) FROM delivery GROUP BY message_id, channel HAVING count(*) > 1",
    ),
)
PLACES = (
    _one(
        "path_follows_parent",
        "机构路径与上级一致",
        "an organisation's path is its parent's and its own number",
        """SELECT o.code FROM organisation o LEFT JOIN organisation p ON p.id = o.parent_id
        WHERE o.path <> coalesce(p.path, '/') || CAST(o.id AS TEXT) || '/'""",
    ),
    _one(
        "admin_roles_exclude",
        "三类管理员不由同一人担任",
        "nobody holds two of the three admin roles",
        """SELECT person_id FROM role_grant WHERE role IN ('system_admin', 'security_admin', 'audit_admin')
        GROUP BY person_id HAVING count(DISTINCT role) > 1""",
    ),
    _one(
        "document_versions_run_on",
        "材料版本从1起连续编号",
        "versions of a document are numbered from 1 without gaps",
        """SELECT min(id) FROM document GROUP BY project_id, kind
        HAVING max(version) <> count(*) OR min(version) <> 1""",
    ),
    _one(
        "finding_is_dated",
        "办结的事项有办结时间和署名",
        "a closed finding says when and by whom",
        "SELECT id FROM finding WHERE status = 'closed' AND (closed_at IS NULL OR closed_by IS NULL)",
    ),
)
QUERIES = (*PROJECTS, *REVIEWS, *CLOCKS, *WORK, *PLACES, *PAPERS)
"""Code, statement, and the query for where it is broken; runs on SQLite and PostgreSQL."""
