"""Phrases of the history (用语): what entries that are no move are called, and the sources they came from."""

from __future__ import annotations

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
}
"""By the action of the entry."""

FINDING_PHRASES = {
    "raised": Label("提出", " raised"),
    "rectified": Label("整改", " rectified"),
    "closed": Label("复验合格，办结", " closed after re-inspection"),
    "sent_back": Label("复验不合格，退回", " sent back after re-inspection"),
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
