"""A small valid pack (小政策包) as an office would write it, for tests to break one place at a time."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
pack:
  name: yangguang
  version: 2026.10
  label: 阳光区试行办法
  en: Yangguang trial rules
  effective_from: 2026-01-01
  summary: 三个阶段的小型流程，供测试使用
sources:
  - {code: licensing_42, label: 行政许可法第四十二条}
  - {code: civil_278, label: 民法典第二百七十八条}
  - {code: yulin, label: 榆林市红黄绿灯办法}
  - {code: office, label: 阳光区改造办规定, assumed: true}
stages:
  - code: mobilization
    label: 宣传动员
    en: mobilization
  - code: preparation
    label: 前期准备
    window: {from: 02-01, to: 04-30, source: office}
  - {code: handover, label: 物业移交}
start: survey
"""

STEPS = """\
steps:
  - {code: survey, stage: mobilization, label: 摸底调查, en: survey, held_by: coordinator@street, limit: survey_limit}
  - {code: design, stage: preparation, label: 方案设计, held_by: coordinator@district, limit: design_limit}
  - {code: joint_review, stage: preparation, label: 联审联批}
  - {code: posting, stage: preparation, label: 方案公示, held_by: coordinator@street}
  - {code: takeover, stage: handover, label: 物业接管, held_by: coordinator@street}
  - {code: struck_off, stage: handover, label: 销号, kind: end}
  - {code: suspended, stage: handover, label: 暂停, kind: halt}
  - {code: terminated, stage: handover, label: 终止, kind: end}
"""

MOVES = """\
moves:
  - trigger: finish_survey
    label: 完成调查
    from: survey
    to: design
    who: [coordinator@street]
    requires:
      - documents: [survey_report]
      - facts: [households]
      - condition: households >= 30 and structure in ['brick', 'concrete']
        says: 不足30户或结构不符
        owed_by: coordinator@street
      - consent: ordinary_decision
  - trigger: submit_plan
    label: 提交方案
    from: design
    to: joint_review
    who: [coordinator@district]
    requires:
      - documents: [plan]
    starts:
      - review: plan_review
  - trigger: accept_plan
    label: 联审通过
    from: joint_review
    to: posting
    who: [system]
    starts:
      - clock: posting_period
  - trigger: return_plan
    label: 联审退回
    from: joint_review
    to: design
    nature: back
    who: [system]
    reason: required
  - trigger: close_posting
    label: 公示结束
    from: posting
    to: takeover
    who: [coordinator@street]
    requires:
      - review: plan_review
      - expired: posting_period
      - no_open: objection
      - four_eyes: submit_plan
  - trigger: strike_off
    label: 销号
    from: takeover
    to: struck_off
    who: [coordinator@district]
    requires:
      - milestones: [papers_handed_over]
      - date_reached: takeover_on
  - trigger: suspend
    label: 暂停
    from: any
    to: suspended
    nature: halt
    who: [coordinator@district]
    reason: required
  - {trigger: resume, label: 恢复, from: suspended, to: "@resume", nature: resume, who: [coordinator@district]}
  - {trigger: terminate, label: 终止, from: any, to: terminated, nature: end, who: [coordinator@city]}
"""

REGISTERS = """\
facts:
  - {code: households, label: 户数, en: households, type: integer, unit: 户, owed_by: coordinator@street, minimum: 1}
  - {code: structure, label: 结构, type: choice, choices: {brick: 砖混, concrete: 框架}, owed_by: coordinator@street}
  - {code: investment, label: 总投资, type: money, owed_by: coordinator@district}
  - {code: adds_area, label: 增加面积, type: flag, owed_by: coordinator@district}
  - {code: willing, label: 意愿比例, type: share, owed_by: coordinator@street}
  - {code: takeover_on, label: 约定接管日, type: date, owed_by: coordinator@street}
  - {code: owners, label: 业主总数, type: integer, owed_by: coordinator@street}
  - {code: owners_voted, label: 参加表决业主数, type: integer, owed_by: coordinator@street}
  - {code: owners_agreed, label: 同意业主数, type: integer, owed_by: coordinator@street}
documents:
  - {code: survey_report, label: 调查报告, owed_by: coordinator@street, media: [pdf, word]}
  - {code: plan, label: 改造方案, owed_by: coordinator@district}
milestones:
  - {code: papers_handed_over, label: 资料移交, owed_by: coordinator@street, due: 11-30, source: office}
findings:
  - {code: objection, label: 公示异议, owed_by: coordinator@street, closed_by: coordinator@district}
consents:
  - code: ordinary_decision
    label: 一般事项表决
    tallies:
      - {label: 人数, total: owners, voted: owners_voted, agreed: owners_agreed}
    quorum: 2/3
    share: 1/2
    inclusive: false
    owed_by: coordinator@community
    source: civil_278
departments:
  - {code: planning, label: 自然资源局}
  - {code: fire, label: 消防救援大队}
"""

LIMITS = """\
limits:
  - code: survey_limit
    label: 调查期限
    span: {days: 10, unit: working_day, source: office}
    yellow_share: 9/10
    yellow_source: yulin
    ladder: standard
  - {code: design_limit, label: 设计期限, span: {days: 30, unit: calendar_day, source: office}}
  - {code: review_limit, label: 联审期限, span: {days: 20, unit: working_day, source: licensing_42}}
  - {code: opinion_limit, label: 部门意见期限, span: {days: 10, unit: working_day, source: licensing_42}}
  - {code: posting_period, label: 公示期, span: {days: 7, unit: calendar_day, source: office}}
ladders:
  - code: standard
    label: 一般预警阶梯
    rungs:
      - {code: remind, label: 临期提醒, at: warning, to: [holder], source: yulin}
      - {code: overdue, label: 逾期通知, at: breach, plus: 0, to: [holder, coordinator@district], source: yulin}
      - {code: supervise, label: 督办, at: breach, plus: 5, to: [supervisor@city], source: yulin}
reviews:
  - code: plan_review
    label: 方案联审
    kind: joint_review
    lead: planning
    limit: review_limit
    members:
      - {department: planning, matter: 规划条件, limit: opinion_limit}
      - department: fire
        matter: 消防车道
        limit: opinion_limit
        when: adds_area or willing < '9/10' or investment > 10000000
    on_pass: accept_plan
    on_reject: return_plan
    source: licensing_42
"""

FILES = {
    "pack.yaml": HEAD,
    "steps.yaml": STEPS,
    "moves.yaml": MOVES,
    "registers.yaml": REGISTERS,
    "limits.yaml": LIMITS,
}


def write_pack(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the pack, with the first `old` of `(file, old, new)` replaced."""
    texts = dict(FILES)
    for file, old, new in changes:
        assert old in texts[file], f"{old!r} is not in {file}"
        texts[file] = texts[file].replace(old, new, 1)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def line_of(folder: Path, file: str, words: str) -> int:
    """The line of `file` that first has `words`, counted from 1."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)
