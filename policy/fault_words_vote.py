"""The words of the faults in votes and postings (表决、公示问题), as those of policy.fault_words."""

from __future__ import annotations

from typing import Final

from states.label import Label

VOTE_FORM: Final = {
    "consent_form": Label(
        "{where}表决只能写一种：poll（在系统里逐户表决），或 tallies 加 quorum、share、inclusive（填报计票结果）",
        "{where}a consent has either a `poll`, or `tallies` with quorum, share and inclusive",
    ),
    "rule_days": Label(
        "{where}effective_to（止）不能早于 effective_from（起）", "{where}`effective_to` is before `effective_from`"
    ),
}

VOTE: Final = {
    "rule_overlap": Label(
        "表决类别“{culprit}”有两个版本都在 {day} 有效，请把前一个的 effective_to 写到后一个开始的前一天",
        'two versions of the vote rule "{culprit}" hold on {day}',
    ),
    "rule_gap": Label(
        "表决类别“{culprit}”在 {day} 没有有效的版本，届时发起不了表决",
        'no version of the vote rule "{culprit}" holds on {day}',
    ),
    "total_without_measure": Label(
        "“{culprit}”的表决类别计面积，要用 total_area 写明总面积填在哪项情况里",
        '"{culprit}" counts area and has to name its `total_area`',
    ),
    "upheld_not_back": Label(
        "公示“{culprit}”异议成立后的动作“{move}”不是退回动作（nature: back）",
        'the move "{move}" after an objection to "{culprit}" is upheld has to have nature back',
    ),
    "posting_step": Label(
        "公示“{culprit}”所在的步骤“{step}”不是普通步骤", 'the step "{step}" of the posting "{culprit}" is not ordinary'
    ),
    "posting_limit": Label(
        "公示“{culprit}”的期限“{limit}”要写天数和单位，不能写成固定日期",
        'the limit "{limit}" of the posting "{culprit}" has to be a number of days',
    ),
}
