"""What keeps a round or a task from being returned (退回受阻的原因): each with what to do instead."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class NoRound(JiugaiError):
    """The review has had no round yet; its first one asks everybody concerned."""

    code = "round_missing"
    kind = Kind.missing
    zh = "“{project}”的{review}还没有开过，第一轮一律请全部适用单位。"
    en = "{review} of {project} has had no round yet; the first one asks everybody concerned."


class MoveNotBack(JiugaiError):
    """The pack has no such move back from here for a returned review."""

    code = "move_not_back"
    kind = Kind.refused
    zh = "“{review}”不能用动作 {trigger} 退回。此处政策包允许的退回动作：{possible}。"
    en = "{review} cannot be returned by {trigger}. Moves back the pack allows here: {possible}."


class TaskNotAnswered(JiugaiError):
    """Only an answered task can be returned, and not while papers are being completed."""

    code = "task_not_answered"
    kind = Kind.refused
    zh = "“{unit}”没有可退回的意见：尚未答复，或正在等申报方补正。请在其答复后或补正提交后再退回。"
    en = '"{unit}" has no opinion to return: it has not answered, or papers are being completed. Wait for that.'


class RecallUnknown(JiugaiError):
    """The pack names no move that recalls this review, or it does not leave from the project's step."""

    code = "recall_unknown"
    kind = Kind.refused
    zh = "“{project}”现在没有可撤回的{review}：政策包没有规定撤回动作（on_withdraw），或审查不在进行中。"
    en = "There is no {review} of {project} to recall now: no `on_withdraw` in the pack, or it is not under way."
