"""What can be wrong with the limits of a pack (期限的检查用语), in two languages."""

from __future__ import annotations

from typing import Final

from states.label import Label

LIMIT_FORM: Final = {
    "span_form": Label(
        "{where}期限的长短（span）只能写一种：days 加 unit；on（月-日）；fact；days、unit 加 before_fact 或"
        " before_milestone（不按月）；share 加 of。现在写了：{given}",
        "{where}a span is one of: days and unit; on; fact; days and unit with before_fact or before_milestone (no"
        " months); share and of. Found: {given}",
    ),
}

LIMIT: Final = {
    "share_unfit": Label(
        "期限占“{culprit}”的一部分，但“{culprit}”不是按工作日或日历日计的期限",
        'a share of "{culprit}", which is not counted in working or calendar days',
    ),
    "milestone_undated": Label(
        "期限在节点“{culprit}”之前若干天，但该节点没有写 due（月-日）",
        'so many days before "{culprit}", a milestone without a `due` day',
    ),
    "dated_limit_unfit": Label(
        "期限“{culprit}”按日期定，只能用于起点以外的步骤，不能用于审查、成员或期间",
        'the limit "{culprit}" hangs on a day: it fits steps after the start only, no review, member or period',
    ),
    "extension_longer": Label(
        "期限“{culprit}”每次可延 {extension}，比原期限 {days} 还长",
        'the limit "{culprit}" may be prolonged by {extension} each time, more than its own {days}',
    ),
}
