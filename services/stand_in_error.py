"""What can be wrong with a stand-in (代理的错误): each says why, and whom to choose or ask instead."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class StandInForbidden(JiugaiError):
    """Only the person, a coordinator above the person's office, or a security administrator names and ends."""

    code = "stand_in_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不能为“{person}”指定或终止代理。请由本人、上级单位的项目专员或安全管理员办理。"
    en = '{actor} may not name or end a stand-in for "{person}": that is for them, the office above, or security.'


class StandInSelf(JiugaiError):
    """Nobody stands in for themself, and no administrator appoints themself."""

    code = "stand_in_self"
    kind = Kind.refused
    zh = "不能由“{person}”本人代理：代理人须是另一个人，管理员也不得指定自己代理他人。请改选其他人。"
    en = '"{person}" cannot be chosen: a stand-in is somebody else, and administrators do not appoint themselves.'


class StandInDaysUnfit(JiugaiError):
    """The days are in the past, the wrong way round, or more than a year."""

    code = "stand_in_days_unfit"
    kind = Kind.invalid
    zh = "代理日期 {first} 至 {last} 不能用：须从今天（{today}）或以后开始，起止顺序正确，最长 {most} 天。"
    en = "{first} to {last} cannot be: it begins today ({today}) or later, ends after it began, {most} days at most."


class StandInReasonMissing(JiugaiError):
    """An absence has a reason."""

    code = "stand_in_reason_missing"
    kind = Kind.invalid
    zh = "请写明代理的原因，如“公出”“休假”“培训”，再提交。"
    en = "Say why there is a stand-in (travel, leave, training) before you submit."


class StandInOverlaps(JiugaiError):
    """Somebody else stands in for the same seats on some of the days."""

    code = "stand_in_overlaps"
    kind = Kind.conflict
    zh = (
        "“{person}”在 {first} 至 {last} 已由“{substitute}”代理（编号 {stand_in}），日期和席位重叠。"
        "请先终止该项代理或另选日期。"
    )
    en = '"{substitute}" already stands in for "{person}" from {first} to {last} (number {stand_in}). End that first.'


class StandInCircle(JiugaiError):
    """On some day each of a circle would stand in for the next."""

    code = "stand_in_circle"
    kind = Kind.refused
    zh = "不能这样指定，会形成循环代理：{chain}。请改选不在其中的人。"
    en = "That would be a circle of stand-ins: {chain}. Choose somebody outside it."


class StandInUnfit(JiugaiError):
    """No seat of the absent person can be held by the one chosen."""

    code = "stand_in_unfit"
    kind = Kind.refused
    zh = (
        "“{substitute}”不能代理“{person}”的席位：{seats}。"
        "三类管理员的席位不得代理，督查员与其他席位不得互相代理。请改选其他人。"
    )
    en = (
        '"{substitute}" cannot hold the seats of "{person}": {seats_en}. Admin seats are not lent; supervisors '
        "stand in for supervisors only."
    )


class StandInMissing(JiugaiError):
    """No stand-in of that number."""

    code = "stand_in_missing"
    kind = Kind.missing
    zh = "没有编号为 {stand_in} 的代理。请用 jiugai user stand-in list 查看。"
    en = "There is no stand-in {stand_in}. See `jiugai user stand-in list`."


class StandInOver(JiugaiError):
    """It has ended by itself or was ended before."""

    code = "stand_in_over"
    kind = Kind.refused
    zh = "编号 {stand_in} 的代理已于 {ended} 结束，不必再终止。"
    en = "Stand-in {stand_in} ended on {ended} already."
