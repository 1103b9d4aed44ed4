"""What an entry is called (历史用语): moves by their pack, everything else by a table; unknown actions as they are."""

from __future__ import annotations

from policy.pack import Pack
from services.audit_phrase import FINDING_PHRASES, PHRASES
from services.pack import name_in
from services.reading import Reading
from states.clock import ClockStatus
from states.label import Label
from states.review import ReviewStatus

_MORE = {
    "posting_opened": Label("张贴公示", "posted"),
    "posting_ended": Label("公示结束", "posting ended"),
    "silence_taken": Label("超时默认同意", "silence taken for approval"),
    "dissent_overruled": Label("裁定不采纳异议", "dissent overruled"),
    "meeting_recorded": Label("记录协调会", "meeting recorded"),
    "next_round_chosen": Label("确定下一轮审查范围", "next round's members chosen"),
    "round_returned": Label("退回", "round returned"),
    "task_returned": Label("退回一个单位重审", "returned to one unit"),
    "opinion_withdrawn": Label("撤回意见", "opinion withdrawn"),
    "opinion_proposed": Label("拟提意见", "opinion proposed"),
    "task_claimed": Label("认领任务", "task claimed"),
    "task_given_back": Label("退还任务", "task given back"),
    "task_transferred": Label("转办", "task transferred"),
    "task_delegated": Label("委派", "task delegated"),
    "delegation_recalled": Label("收回委派", "delegation recalled"),
    "reviewer_added": Label("加签", "reviewer added"),
    "reviewer_removed": Label("减签", "reviewer taken off"),
    "supplement_issued": Label("要求补正", "supplement asked for"),
    "supplement_ticked": Label("补正逐项提交", "supplement item answered"),
    "supplement_handed_in": Label("提交补正", "supplement handed in"),
    "supplement_missed": Label("补正逾期", "supplement missed"),
    "promise_made": Label("作出承诺", "promise made"),
    "promise_kept": Label("兑现承诺", "promise kept"),
    "promise_missed": Label("承诺未兑现", "promise missed"),
    "poll_opened": Label("发起表决", "poll opened"),
    "poll_closed": Label("表决结束", "poll closed"),
    "poll_withdrawn": Label("撤销表决", "poll withdrawn"),
    "ballots_cast": Label("登记选票", "ballots cast"),
    "ballot_corrected": Label("更正选票", "ballot corrected"),
    "roll_replaced": Label("更换业主名册", "owners' roll replaced"),
    "unit_changed": Label("更正名册", "owners' roll changed"),
}
_ENDINGS = {
    **FINDING_PHRASES,
    "upheld": Label("成立", " upheld"),
    "dismissed": Label("不成立", " dismissed"),
}


def action_label(reading: Reading, pack: Pack | None, action: str) -> str:
    """The action in the language that is read; its code where nobody has named it."""
    if pack is not None:
        move = next((move for move in pack.procedure.moves if move.trigger == action), None)
        if move is not None:
            return reading.text(move.label)
    known = PHRASES.get(action) or _MORE.get(action)
    if known is not None:
        return reading.text(known)
    for ending, words in _ENDINGS.items():
        if pack is not None and action.endswith(f"_{ending}"):
            kind = name_in(pack.finding, action.removesuffix(f"_{ending}"))
            return f"{reading.text(kind)}{reading.text(words)}"
    return action


ROUNDS = {
    ReviewStatus.open: Label("进行中", "open"),
    ReviewStatus.passed: Label("通过", "passed"),
    ReviewStatus.rejected: Label("未通过", "rejected"),
    ReviewStatus.withdrawn: Label("已撤回", "withdrawn"),
}
"""How a round stood, in words."""
ENDED = {
    ClockStatus.met: Label("按时办结", "met in time"),
    ClockStatus.late: Label("逾期办结", "ended late"),
    ClockStatus.cancelled: Label("已取消", "fell away"),
}
"""How a clock ended, in words."""
