"""What can go wrong with rolls, polls and ballots (表决错误)."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class RollMissing(JiugaiError):
    """The project has no roll yet."""

    code = "roll_missing"
    kind = Kind.missing
    zh = "“{project}”还没有业主名册。请先用 jiugai vote roll 项目编号 文件 导入（楼栋、单元、室号、专有面积）。"
    en = '"{project}" has no roll of owners. Import one with `jiugai vote roll CODE FILE`.'


class RollEmpty(JiugaiError):
    """Nobody of the roll lives where the poll is held."""

    code = "roll_empty"
    kind = Kind.invalid
    zh = "业主名册里没有{place}的住户。请核对楼栋、单元的写法，或先补录名册。"
    en = "The roll has no household at {place}. Check building and entrance, or complete the roll."


class UnitInvalid(JiugaiError):
    """A unit of a roll cannot be kept as it is."""

    code = "unit_invalid"
    kind = Kind.invalid
    zh = "住户“{unit}”不能录入：{problem}。请改正后重新提交，名册未改动。"
    en = 'The unit "{unit}" cannot be kept: {problem_en}. The roll is unchanged.'


class UnitRepeated(JiugaiError):
    """The same unit stands twice in a roll."""

    code = "unit_repeated"
    kind = Kind.invalid
    zh = "住户“{unit}”在名册里出现两次。请只留一行，名册未改动。"
    en = 'The unit "{unit}" stands twice. Keep one; the roll is unchanged.'


class RollAreaDiffers(JiugaiError):
    """The areas of the roll do not add up to what is declared."""

    code = "roll_area_differs"
    kind = Kind.refused
    zh = (
        "名册面积合计 {found} m²，申报的专有部分总面积是 {declared} m²，相差 {difference} m²"
        "（允许相差 {tolerance} m²），不能发起表决。请核对名册漏户、重户和各户面积，或更正申报的总面积。"
    )
    en = (
        "The areas of the roll add up to {found} m², declared are {declared} m²: a difference of {difference} m² "
        "(allowed: {tolerance} m²). Check the roll or the declared area; no poll was opened."
    )


class RollOwnersDiffer(JiugaiError):
    """The heads of the roll are not as many as declared."""

    code = "roll_owners_differ"
    kind = Kind.refused
    zh = (
        "名册计票人数 {found} 人，申报的业主总人数是 {declared} 人，不能发起表决。"
        "请核对漏户、重户和业主编号，或更正申报人数。"
    )
    en = "The roll has {found} owners, declared are {declared}; no poll was opened. Check the roll or the number."


class TotalUnknown(JiugaiError):
    """Nobody has declared what the roll has to add up to."""

    code = "total_unknown"
    kind = Kind.refused
    zh = "尚未填报“{fact}”，无法核对名册。请先填报（jiugai project set），或发起表决时写明本次范围的总面积。"
    en = '"{fact}" has not been recorded, so the roll cannot be checked. Record it, or declare the area of this poll.'


class ConsentByFacts(JiugaiError):
    """The pack has this consent counted elsewhere and recorded as facts."""

    code = "consent_by_facts"
    kind = Kind.refused
    zh = "“{consent}”按政策包规定填报计票结果，不在系统里逐户表决。请用 jiugai project set 填报。"
    en = 'By the pack "{consent}" is recorded as facts, not voted on here. Use `jiugai project set`.'


class ScopeUnfit(JiugaiError):
    """The poll names a place its consent does not ask for, or leaves one out."""

    code = "scope_unfit"
    kind = Kind.invalid
    zh = "“{consent}”{needs}。请改正楼栋、单元后重试。"
    en = '"{consent}" {needs_en}. Correct building and entrance.'


class RuleNotInForce(JiugaiError):
    """No version of the rule holds on the day."""

    code = "rule_not_in_force"
    kind = Kind.refused
    zh = "表决类别“{rule}”在 {day} 没有有效的规定，不能发起。请联系系统管理员核对政策包。"
    en = 'No version of the rule "{rule}" holds on {day}. Have the pack checked.'


class PlanIncomplete(JiugaiError):
    """What the vote is about is not on file yet."""

    code = "plan_incomplete"
    kind = Kind.refused
    zh = "表决的方案还不齐，缺：{missing}。请先提交或填报，再发起表决，以免表决后方案变动。"
    en = "What is voted on is not complete, missing: {missing}. File it first."


class PollMissing(JiugaiError):
    """No poll of that number."""

    code = "poll_missing"
    kind = Kind.missing
    zh = "没有编号为 {poll} 的表决。请用 jiugai vote status 项目编号 查看。"
    en = "There is no poll {poll}. See `jiugai vote status CODE`."


class PollOpenAlready(JiugaiError):
    """A round on the same plan is still open."""

    code = "poll_open_already"
    kind = Kind.conflict
    zh = "“{consent}”第 {round} 轮（编号 {poll}）仍在表决。请先结束该轮，再发起新一轮。"
    en = 'Round {round} of "{consent}" (poll {poll}) is still open. Close it first.'


class PollNotOpen(JiugaiError):
    """The round has ended; its ballots and its result are frozen."""

    code = "poll_not_open"
    kind = Kind.refused
    zh = "该轮表决{status}，票数已固定，不能再{act}。需要时请发起新一轮表决。"
    en = "This round is {status_en}; its ballots are frozen and it cannot be {act_en}. Open a new round where needed."


class PollOutdated(JiugaiError):
    """What the round votes on has changed since it was opened."""

    code = "poll_outdated"
    kind = Kind.refused
    zh = "方案已于 {day} 变更（{changed}），本轮表决票不再有效。请发起新一轮表决，就新方案重新征询。"
    en = "The plan changed on {day} ({changed}); ballots of this round no longer count. Open a new round."


class UnitNotOnRoll(JiugaiError):
    """The ballot is of a unit this poll does not ask."""

    code = "unit_not_on_roll"
    kind = Kind.invalid
    zh = "“{unit}”不在本次表决的名册里，未计票。请核对楼栋、单元、室号；确属漏户的，更正名册后发起新一轮。"
    en = '"{unit}" is not on the roll of this poll; nothing was counted. Check building, entrance and room.'


class BallotGiven(JiugaiError):
    """The unit has a ballot already."""

    code = "ballot_given"
    kind = Kind.conflict
    zh = "“{unit}”已有表决票（{choice}，{day}），未重复计票。确需更改请办理更正并写明理由，原票保留。"
    en = '"{unit}" has a ballot already ({choice}, {day}). To change it, correct it with a reason; the old one is kept.'


class BallotMissing(JiugaiError):
    """There is no ballot to correct."""

    code = "ballot_missing"
    kind = Kind.invalid
    zh = "“{unit}”还没有表决票，不需要更正。请直接登记。"
    en = '"{unit}" has no ballot yet; there is nothing to correct. Record it as it is.'


class BallotDayWrong(JiugaiError):
    """The day of the ballot lies before the round or after today."""

    code = "ballot_day_wrong"
    kind = Kind.invalid
    zh = "“{unit}”的表决日期 {day} 不在本轮期间（{first} 至 {last}），未计票。请核对日期。"
    en = 'The day {day} of the ballot of "{unit}" is not in this round ({first} to {last}); it was not counted.'


class BallotEvidenceUnknown(JiugaiError):
    """The evidence named is no document of the project."""

    code = "ballot_evidence_unknown"
    kind = Kind.invalid
    zh = "“{project}”没有编号为 {document} 的材料，未计票。请先提交表决票扫描件，再填写它的编号。"
    en = '"{project}" has no document {document}; nothing was counted. File the scan first.'


class VoteReasonMissing(JiugaiError):
    """The act takes a reason."""

    code = "vote_reason_missing"
    kind = Kind.invalid
    zh = "{act}须写明理由。请补上后重试。"
    en = "{act_en} needs a reason."
