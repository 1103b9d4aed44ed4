"""What can stand against a contest (复核申请的拒绝理由)."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class ContestMissing(JiugaiError):
    """No contest of that number."""

    code = "contest_missing"
    kind = Kind.missing
    zh = "没有编号为 {contest} 的复核申请。请用 jiugai contest list 查看。"
    en = "There is no contest {contest}. See `jiugai contest list`."


class NothingToContest(JiugaiError):
    """There is no red light, no standing conclusion to contest."""

    code = "nothing_to_contest"
    kind = Kind.refused
    zh = "“{matter}”{problem}，没有可以申请复核的结论。"
    en = '"{matter}" {problem_en}: there is no conclusion to contest.'


class ContestLate(JiugaiError):
    """The days for contesting are over."""

    code = "contest_late"
    kind = Kind.refused
    zh = "“{matter}”的结论作出于 {since}，申请复核截至 {last}，现已过期（{source}）。如有新情况，请向督查部门书面反映。"
    en = 'The conclusion on "{matter}" is of {since}; it could be contested until {last} ({source}).'


class ContestRepeated(JiugaiError):
    """It is under review already, or was decided."""

    code = "contest_repeated"
    kind = Kind.refused
    zh = "“{matter}”已申请过复核（编号 {contest}，{status}），同一结论只复核一次。"
    en = '"{matter}" has been contested already (no. {contest}, {status_en}); a conclusion is reviewed once.'


class ContestDecidedAlready(JiugaiError):
    """The contest is not open any more."""

    code = "contest_decided_already"
    kind = Kind.refused
    zh = "复核申请 {contest} 已有决定：{status}。决定作出后不再更改。"
    en = "Contest {contest} is decided already: {status_en}."


class ContestDaysUnfit(JiugaiError):
    """The days to be taken out do not help, or lie outside the clock."""

    code = "contest_days_unfit"
    kind = Kind.invalid
    zh = (
        "“{matter}”：{problem}。请写明哪几天不计入期限（--from、--to），"
        "在 {first} 至 {last} 之间，且不晚于期满日 {due} 开始。"
    )
    en = '"{matter}": {problem_en}. Name days between {first} and {last} that begin by {due} (--from, --to).'
