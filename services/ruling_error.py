"""What keeps the lead from ruling (裁定受阻的原因): each with what to do instead."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class NothingToRule(JiugaiError):
    """Not everybody has spoken, or nobody dissents."""

    code = "nothing_to_rule"
    kind = Kind.refused
    zh = "“{review}”第{round}轮现在不能裁定：{problem}。"
    en = "Round {round} of {review} cannot be ruled on now: {problem_en}."


class RulingNotAllowed(JiugaiError):
    """The pack gives the lead no power to overrule in this review."""

    code = "ruling_not_allowed"
    kind = Kind.refused
    zh = "政策包 {pack} 没有规定“{review}”的牵头部门可以裁定不同意见（dissent）。请退回申报方，或请该单位重新审查。"
    en = "Pack {pack} gives the lead of {review} no power to overrule (`dissent`). Return it instead."


class DissentFinal(JiugaiError):
    """A rejection of fire, structure, special equipment or public safety stands."""

    code = "dissent_final"
    kind = Kind.refused
    zh = "“{unit}”的不同意见涉及{category}，为最终意见，牵头部门不得否决。请退回申报方整改，或请该单位重新审查。"
    en = 'The rejection of "{unit}" ({category_en}) is final and cannot be overruled. Return the plan, or ask it anew.'


class DissentUnknown(JiugaiError):
    """The task is no dissent of this round that still stands."""

    code = "dissent_unknown"
    kind = Kind.invalid
    zh = "任务 {task} 不是本轮尚未处理的不同意见。请用 jiugai review show 项目编号 核对任务编号。"
    en = "Task {task} is no dissent of this round that still stands. See `jiugai review show CODE`."


class OverrulerSame(JiugaiError):
    """Who dissented, or whose unit did, may not decide that the dissent does not stand (四眼原则)."""

    code = "overruler_same"
    kind = Kind.refused
    zh = (
        "“{unit}”的不同意见由{actor}或其所在单位提出，不能由同一人（同一单位）裁定不采纳。"
        "请由牵头部门的其他审查人办理；牵头部门自己的意见，请退回本单位重新出具。"
    )
    en = 'The dissent of "{unit}" came from {actor} or the same unit, who cannot overrule it. Have somebody else do it.'


class RulingTooLate(JiugaiError):
    """The lead's days are over: the dissents stand."""

    code = "ruling_too_late"
    kind = Kind.refused
    zh = "牵头部门的裁定期限已于 {due} 届满，不同意见成立，本轮将按未通过退回。请在下一轮处理。"
    en = "The lead's days ended on {due}: the dissents stand and the round is returned."


class MeetingUnfit(JiugaiError):
    """The record of a meeting lacks what makes it one."""

    code = "meeting_unfit"
    kind = Kind.invalid
    zh = "协调会记录不完整：{problem}。请补充后再提交。"
    en = "The record of the meeting is incomplete: {problem_en}."


class MeetingMissing(JiugaiError):
    """No meeting of that number in this round."""

    code = "meeting_missing"
    kind = Kind.missing
    zh = "本轮没有编号为 {meeting} 的协调会。请用 jiugai ruling list 项目编号 查看。"
    en = "There is no meeting {meeting} in this round. See `jiugai ruling list CODE`."
