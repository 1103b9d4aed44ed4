"""What can stand against a change of a clock's limit (延期、不计时的拒绝理由)."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class ClockForbidden(JiugaiError):
    """The person neither handles the matter nor stands above it."""

    code = "clock_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不能申请或批准变更“{clock}”。请由“{unit}”的经办、审查人或其上级单位的人员办理。"
    en = '{actor} may neither ask for nor approve a change of "{clock}"; "{unit}" or whoever is above it may.'


class ApproverSame(JiugaiError):
    """Who asks cannot approve."""

    code = "approver_same"
    kind = Kind.forbidden
    zh = "延期须由申请人以外的人批准，{actor} 不能批准自己的申请。请由本单位负责人或上级批准。"
    en = "An extension is approved by somebody else; {actor} cannot approve what they ask for."


class ClockEnded(JiugaiError):
    """The clock has been stopped."""

    code = "clock_ended"
    kind = Kind.refused
    zh = "“{clock}”已经办结或不再计时，期限不能再变更。"
    en = '"{clock}" has ended; its limit cannot be changed any more.'


class LimitPassed(JiugaiError):
    """Asked after the limit: that counts as overdue (逾期后申请按逾期计)."""

    code = "limit_passed"
    kind = Kind.refused
    zh = "“{clock}”已于 {due} 期满，逾期后申请{what}按逾期计，没有变更。请尽快办结并说明逾期原因。"
    en = '"{clock}" ran out on {due}: {what_en} asked for after the limit counts as overdue. Nothing was changed.'


class ReasonMissing(JiugaiError):
    """A change of a limit needs its reason."""

    code = "clock_reason_missing"
    kind = Kind.invalid
    zh = "{what}须写明理由。"
    en = "{what_en}: the reason is missing."


class ExtensionNotAllowed(JiugaiError):
    """The pack knows no extension of this limit."""

    code = "extension_not_allowed"
    kind = Kind.refused
    zh = "政策包 {pack} 没有规定“{clock}”可以延期。有法定依据的，请政策维护人在该期限写上 extension。"
    en = 'The pack {pack} allows no extension of "{clock}".'


class ExtensionUnfit(JiugaiError):
    """Not a positive number of days."""

    code = "extension_unfit"
    kind = Kind.invalid
    zh = "延期天数 {days} 不对，请填正整数。"
    en = "An extension of {days} makes no sense; give a positive whole number."


class ExtensionTooLong(JiugaiError):
    """More than the pack allows, or more often."""

    code = "extension_too_long"
    kind = Kind.refused
    zh = "“{clock}”每次至多延期 {most}、至多 {times} 次（{source}），已延 {used} 次，本次申请 {days}，没有变更。"
    en = '"{clock}" may be prolonged by {most} at most, {times} time(s) ({source}); {used} used, {days} asked for.'


class ExclusionUnfit(JiugaiError):
    """Days that cannot be left out of this clock's count."""

    code = "exclusion_unfit"
    kind = Kind.invalid
    zh = "不计时 {first} 至 {last} 不对：应在 {start} 之后开始、不晚于期满日 {due}，起不晚于止，且不超过 {most} 天。"
    en = "Days {first} to {last} cannot be excluded: begin after {start}, by {due}, in order, {most} days at most."


class ClockDocumentMissing(JiugaiError):
    """No such document is on file."""

    code = "clock_document_missing"
    kind = Kind.missing
    zh = "“{project}”没有在案的材料“{document}”，请先上传。"
    en = '"{project}" has no document "{document}" on file; attach it first.'
