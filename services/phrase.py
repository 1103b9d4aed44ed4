"""Phrases (用语): what the entries of the history are called that are no move of the procedure."""

from __future__ import annotations

PHRASES = {
    "enrolled": "录入台账",
    "facts_recorded": "填报情况",
    "document_attached": "提交材料",
    "document_withdrawn": "撤下材料",
    "milestone_reached": "完成节点",
    "review_opened": "发起审查",
    "opinion_given": "出具意见",
    "imported": "导入更新",
    "updated": "更新台账",
    "clock_extended": "延长期限",
    "clock_excluded": "扣除期限",
    "reminded": "催办",
}
"""By the action of the entry."""

FINDING_PHRASES = {
    "raised": "提出",
    "rectified": "整改",
    "closed": "复验合格，办结",
    "sent_back": "复验不合格，退回",
}
"""By the last word of an action such as `objection_raised`; the kind of finding is put before it."""

SOURCES = {
    "web": "网页",
    "cli": "命令行",
    "flow": "系统联动",
    "import": "表格导入",
    "api": "接口",
    "simulation": "推演",
    "demo": "演示",
}
"""By the source an entry came through."""
