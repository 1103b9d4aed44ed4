"""One letter of every kind, as the project office of 幸福里小区 would get it (示例)."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from notifications.message import (
    ApprovalStepOpened,
    ChannelTest,
    DeadlineBreached,
    DeadlineWarning,
    Dissent,
    HandoverCompleted,
    IncidentRaised,
    Message,
    ProjectMoved,
    ProjectReturned,
    ProjectSuspended,
    RectificationOpened,
    ReviewSettled,
    ReviewTaskOpened,
    SupplementRequested,
)

PROJECT: dict[str, Any] = {
    "link": "/projects/TC-2021-001#review-3",
    "why": "区消防救援大队委派您经办",
    "project_code": "TC-2021-001",
    "project_name": "幸福里小区改造",
}
DERIVATION = "受理 2026-09-24 → +10 工作日，跳过中秋、国庆，计入 10-10 补班 → 10-15"

SAMPLES: tuple[Message, ...] = (
    ReviewTaskOpened(
        **PROJECT,
        review="方案联审联批",
        round=2,
        matter="消防车通道",
        department="区消防救援大队",
        opened_on=date(2026, 9, 24),
        due_on=date(2026, 10, 15),
        derivation=DERIVATION,
        when_late="逾期未反馈视为同意",
    ),
    ReviewSettled(
        **PROJECT,
        review="方案联审联批",
        round=2,
        outcome="不通过",
        summary="同意 9，不同意 1",
        settled_on=date(2026, 10, 15),
        dissents=(Dissent(department="区消防救援大队", reason="北门消防车通道净宽不足4米"),),
        next_step="修改方案后重新送审",
    ),
    ApprovalStepOpened(
        **PROJECT,
        approval="项目立项",
        approval_step="区发改局分管领导审批",
        content="改造投资概算 1,286.50 万元",
        submitted_by="区住建局 张敏",
        opened_on=date(2026, 10, 19),
        due_on=date(2026, 10, 23),
        derivation="受理 2026-10-19 → +4 工作日 → 10-23",
    ),
    ProjectMoved(
        **PROJECT,
        from_step="方案公示",
        to_step="方案备案",
        actor="城关街道 李建国",
        moved_on=date(2026, 8, 31),
        reason="公示7日无异议",
        next_action="向领导小组办公室备案",
    ),
    ProjectReturned(
        **PROJECT,
        from_step="居民评议",
        returned_to="方案设计",
        actor="幸福里社区 王秀兰",
        reason="三号楼居民要求增设无障碍坡道",
        returned_on=date(2026, 7, 6),
    ),
    DeadlineWarning(
        **PROJECT,
        what="消防车通道审查意见",
        due_on=date(2026, 10, 15),
        working_days_left=2,
        holder="区消防救援大队 赵刚",
        rule="联审联批剩余2个工作日预警",
        derivation=DERIVATION,
    ),
    DeadlineBreached(
        **PROJECT,
        what="消防车通道审查意见",
        due_on=date(2026, 10, 15),
        working_days_over=3,
        holder="区消防救援大队 赵刚",
        rule="逾期3个工作日升级至分管领导",
        duty="5个工作日内在政府网站公开逾期原因",
        derivation=DERIVATION,
    ),
    RectificationOpened(
        **PROJECT,
        source="街道社区初验",
        defects=("二号楼外墙保温空鼓", "雨水井盖缺失两处"),
        responsible="宏达建设",
        opened_on=date(2026, 11, 16),
        due_on=date(2026, 11, 27),
        derivation="开出 2026-11-16 → +9 工作日 → 11-27",
    ),
    SupplementRequested(
        **PROJECT,
        matter="燃气管线迁改",
        requested_by="区燃气公司",
        items=("地下管线现状图", "管线迁改承诺书"),
        requested_on=date(2026, 9, 28),
        clock_stopped=True,
        due_on=date(2026, 10, 12),
        reason="送审图纸缺少地下管线标高",
    ),
    IncidentRaised(
        link="/incidents/17",
        why="您在值班表上",
        event="joint_review_opened",
        about="幸福里小区改造（TC-2021-001）",
        attempts=5,
        first_failed_at=datetime(2026, 9, 24, 1, 30, tzinfo=UTC),
        last_failed_at=datetime(2026, 9, 24, 2, 45, tzinfo=UTC),
        error="OperationalError: database is locked",
    ),
    ProjectSuspended(
        **PROJECT,
        step="施工",
        actor="区住建局 张敏",
        reason="冬季停工",
        suspended_on=date(2026, 12, 1),
        clocks_stopped=True,
        review_on=date(2027, 3, 1),
    ),
    HandoverCompleted(
        **PROJECT,
        taken_over_by="安居物业公司",
        mode="引入物业公司",
        completed_on=date(2026, 12, 15),
        struck_off_on=date(2026, 12, 18),
        actor="城关街道 李建国",
    ),
    ChannelTest(
        link="/inbox",
        why="您是系统管理员",
        channel="dingtalk",
        sent_by="区住建局 张敏",
        sent_at=datetime(2026, 9, 24, 1, 30, tzinfo=UTC),
    ),
)


def bare(message: Message) -> Message:
    """The same letter with everything left out that may be."""
    return replace(message, **{field.name: field.default for field in fields(message) if field.default is not MISSING})
