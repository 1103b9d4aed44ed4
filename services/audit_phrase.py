"""Phrases of the history (用语): what entries that are no move are called, and the sources they came from."""

from __future__ import annotations

from services.round_phrase import ROUND_PHRASES
from services.supervision_phrase import SUPERVISION_PHRASES
from services.task_phrase import TASK_PHRASES
from states.label import Label

PHRASES = {
    "enrolled": Label("录入台账", "entered into the register"),
    "list_imported": Label("导入更新", "updated from a list"),
    "facts_recorded": Label("填报情况", "facts recorded"),
    "document_attached": Label("提交材料", "document attached"),
    "document_withdrawn": Label("撤下材料", "document withdrawn"),
    "milestone_reached": Label("完成节点", "milestone reached"),
    "review_opened": Label("发起审查", "review opened"),
    "opinion_given": Label("出具意见", "opinion given"),
    "clock_extended": Label("延长期限", "limit extended"),
    "clock_excluded": Label("扣除期限", "days excluded"),
    "reminded": Label("催办", "reminded"),
    "roll_replaced": Label("录入业主名册", "roll of owners entered"),
    "unit_changed": Label("更正业主名册", "roll of owners corrected"),
    "contact_revealed": Label("查看业主联系方式", "an owner's contact seen"),
    "poll_opened": Label("发起业主表决", "owners' vote opened"),
    "ballots_cast": Label("登记表决票", "ballots recorded"),
    "ballot_corrected": Label("更正表决票", "ballot corrected"),
    "poll_closed": Label("结束业主表决", "owners' vote closed"),
    "poll_withdrawn": Label("作废一轮表决", "round of a vote given up"),
    "posting_opened": Label("张贴公示", "posted"),
    "activate": Label("启用政策版本", "pack version activated"),
    "entered": Label("登记", "entered"),
    "granted": Label("授予角色", "role granted"),
    "calendar_loaded": Label("载入放假安排", "year's notice loaded"),
    "evidence_read": Label("导出证据包", "evidence pack exported"),
    **SUPERVISION_PHRASES,
    **ROUND_PHRASES,
    **TASK_PHRASES,
}
"""By the action of the entry."""

FINDING_PHRASES = {
    "raised": Label("提出", " raised"),
    "rectified": Label("整改", " rectified"),
    "closed": Label("复验合格，办结", " closed after re-inspection"),
    "sent_back": Label("复验不合格，退回", " sent back after re-inspection"),
    "upheld": Label("成立", " upheld"),
    "dismissed": Label("不成立，已答复", " dismissed with reasons"),
}
"""By the last word of an action such as `objection_raised`; the kind of finding is put before it."""

SOURCES = {
    "web": Label("网页", "web"),
    "cli": Label("命令行", "command line"),
    "flow": Label("系统联动", "reaction"),
    "import": Label("表格导入", "import"),
    "api": Label("接口", "API"),
    "simulation": Label("推演", "simulation"),
    "demo": Label("演示", "demonstration"),
}
"""By the source an entry came through."""

SUBJECTS = {
    "project": Label("项目", "project"),
    "person": Label("人员", "person"),
    "organisation": Label("机构", "organisation"),
    "pack": Label("政策版本", "pack version"),
    "calendar": Label("工作日历", "calendar"),
    "reading": Label("查阅人", "reader"),
    "anchor": Label("锚点", "anchor"),
    "tree": Label("留痕树", "tree"),
}
"""By the subject of an entry, and of a break in the proof."""
