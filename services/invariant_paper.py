"""Invariants of papers and proofs (督办、表决、公示、补正、承诺、预警、锚点): each query gives where one is broken."""

from __future__ import annotations

from sqlalchemy import TextClause, text

from states.label import Label


def one(code: str, zh: str, en: str, query: str) -> tuple[str, Label, TextClause]:
    """An invariant with its statement in words, and the query for the places where it does not hold."""
    return code, Label(zh, en), text(query)


SUPERVISION = (
    one(
        "orders_are_numbered",
        "督办单文号每个签发单位每年从1起连续编号",
        "orders are numbered from 1 without gaps for each issuer and year",
        """SELECT min(code) FROM supervision_order GROUP BY issuer_id, year
        HAVING max(number) <> count(*) OR min(number) <> 1""",
    ),
    one(
        "circulars_are_numbered",
        "通报文号每个签发单位每年从1起连续编号",
        "circulars are numbered from 1 without gaps for each issuer and year",
        "SELECT min(code) FROM circular GROUP BY issuer_id, year HAVING max(number) <> count(*) OR min(number) <> 1",
    ),
    one(
        "order_has_one_clock",
        "一张督办单至多一个在办反馈期限，且该单待反馈",
        "an order has at most one live clock, and only while its unit owes the reply",
        """SELECT o.code FROM supervision_order o JOIN clock c ON c.subject = 'order' AND c.subject_id = o.id
        WHERE c.status IN ('running', 'suspended') GROUP BY o.code, o.status
        HAVING count(*) > 1 OR o.status NOT IN ('issued', 'received', 'rectifying', 'sent_back')""",
    ),
    one(
        "ended_order_is_dated",
        "了结的督办单有了结时间，未了结的没有",
        "an ended order says when it ended",
        """SELECT code FROM supervision_order
        WHERE (status IN ('closed', 'withdrawn', 'superseded', 'overturned')) = (ended_at IS NULL)""",
    ),
    one(
        "decided_contest_has_reasons",
        "决定的复核有理由、时间和署名，未决定的没有",
        "a decided contest has reasons, time and name, an open one has not",
        """SELECT id FROM contest WHERE (status = 'open') <> (decided_at IS NULL)
        OR (status <> 'open' AND (decided_by IS NULL OR trim(coalesce(reasons, '')) = ''))""",
    ),
    one(
        "contest_clock_has_open_contest",
        "复核期限在办时复核也未决定",
        "a contest's live clock belongs to an open contest",
        """SELECT c.id FROM clock c JOIN contest t ON t.id = c.subject_id
        WHERE c.subject = 'contest' AND c.status IN ('running', 'suspended') AND t.status <> 'open'""",
    ),
    one(
        "alert_is_of_its_project",
        "预警与其期限属于同一项目",
        "an alert belongs to the project of its clock",
        "SELECT a.id FROM alert a JOIN clock c ON c.id = a.clock_id WHERE a.project_id <> c.project_id",
    ),
    one(
        "snooze_has_reason",
        "推迟的预警写明理由，且未标为已知悉",
        "an alert put off says why, and is not acknowledged as well",
        """SELECT id FROM alert WHERE snoozed_until IS NOT NULL
        AND (acknowledged_at IS NOT NULL OR trim(coalesce(snooze_reason, '')) = '')""",
    ),
)
RESIDENTS = (
    one(
        "polls_are_numbered",
        "同一项目同一表决在同一处的轮次从1起连续编号",
        "rounds of a poll at a place are numbered from 1 without gaps",
        """SELECT min(id) FROM poll GROUP BY project_id, consent, building, entrance
        HAVING max(round) <> count(*) OR min(round) <> 1""",
    ),
    one(
        "closed_poll_is_frozen",
        "计票结束的表决有结果和哈希，进行中的没有",
        "a closed poll has a result and its hash, an open one neither",
        """SELECT id FROM poll WHERE (status = 'open') <> (closed_at IS NULL)
        OR (status = 'closed' AND (result IS NULL OR digest IS NULL)) OR (status = 'open' AND digest IS NOT NULL)""",
    ),
    one(
        "ballot_is_on_the_roll",
        "表决票都属于该轮所用名册上的户",
        "every ballot is of a unit on the roll its poll was opened on",
        """SELECT b.id FROM ballot b JOIN poll p ON p.id = b.poll_id JOIN household h ON h.id = b.household_id
        WHERE h.roll_id <> p.roll_id""",
    ),
    one(
        "postings_are_numbered",
        "同一项目同一公示的次数从1起连续编号",
        "rounds of a posting are numbered from 1 without gaps",
        "SELECT min(id) FROM posting GROUP BY project_id, code HAVING max(round) <> count(*) OR min(round) <> 1",
    ),
    one(
        "one_posting_up",
        "同一公示至多一份张贴中，撤下的有时间",
        "at most one round of a posting is up, one that ended says when",
        """SELECT min(id) FROM posting WHERE status = 'up' GROUP BY project_id, code HAVING count(*) > 1
        UNION SELECT id FROM posting WHERE (status = 'up') <> (ended_at IS NULL)""",
    ),
    one(
        "posting_has_its_clock",
        "公示的期限属于该公示",
        "the clock of a posting is its own",
        """SELECT p.id FROM posting p JOIN clock c ON c.id = p.clock_id
        WHERE c.subject <> 'period' OR c.subject_id <> p.id OR c.project_id <> p.project_id""",
    ),
    one(
        "decided_objection_is_closed",
        "已决定的公示异议都已办结，未决定的没有",
        "an objection is decided exactly when its finding is closed",
        """SELECT o.finding_id FROM objection o JOIN finding f ON f.id = o.finding_id
        WHERE (o.upheld IS NULL) = (f.status = 'closed')""",
    ),
)
WAITS = (
    one(
        "ended_supplement_is_dated",
        "办结的补正告知有时间，进行中的没有",
        "an ended supplement says when it ended",
        "SELECT id FROM supplement WHERE (status = 'open') <> (ended_at IS NULL)",
    ),
    one(
        "open_supplement_has_open_round",
        "补正进行中时该轮审查也在办",
        "an open supplement belongs to an open round",
        """SELECT s.id FROM supplement s JOIN review r ON r.id = s.review_id
        WHERE s.status = 'open' AND r.status <> 'open'""",
    ),
    one(
        "ended_promise_is_dated",
        "了结的承诺有时间和署名，未了结的没有",
        "an ended promise says when and by whom",
        """SELECT id FROM promise WHERE (status = 'open') <> (ended_at IS NULL)
        OR (status <> 'open' AND ended_by IS NULL)""",
    ),
    one(
        "waiting_clock_has_its_wait",
        "补正、承诺的期限在办时补正、承诺也未了结",
        "a live clock of a supplement or promise belongs to an open one",
        """SELECT c.id FROM clock c LEFT JOIN supplement s ON c.subject = 'supplement' AND s.id = c.subject_id
        LEFT JOIN promise p ON c.subject = 'promise' AND p.id = c.subject_id
        WHERE c.subject IN ('supplement', 'promise') AND c.status IN ('running', 'suspended')
        AND coalesce(s.status, p.status, '') <> 'open'""",
    ),
)
PROOF = (
    one(
        "anchors_run_on",
        "锚点从1起连续编号，所含记录只增不减",
        "anchors are numbered from 1 without gaps and never cover fewer entries",
        """SELECT a.number FROM audit_anchor a LEFT JOIN audit_anchor b ON b.number = a.number - 1
        WHERE (a.number <> 1 AND b.number IS NULL) OR a.size < b.size""",
    ),
    one(
        "leaves_run_on",
        "留痕树的叶子从0起连续，且不少于最新锚点所含",
        "leaves are numbered from 0 without gaps, and are as many as the newest anchor says",
        """SELECT count(*) FROM audit_leaf HAVING max(position) + 1 <> count(*)
        OR count(*) < (SELECT coalesce(max(size), 0) FROM audit_anchor)""",
    ),
    one(
        "leaf_is_its_entry",
        "留痕树的叶子与其记录一致",
        "every leaf is the entry it names",
        """SELECT l.position FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
        WHERE e.id IS NULL OR e.hash <> l.hash OR e.seq <> l.seq""",
    ),
)
PAPERS = (*SUPERVISION, *RESIDENTS, *WAITS, *PROOF)
"""Code, statement, and the query for where it is broken; runs on SQLite and PostgreSQL."""
