"""The words of the faults in how a review is decided (审查规则问题), as those of policy.fault_words."""

from __future__ import annotations

from typing import Final

from states.label import Label

REVIEW: Final = {
    "rule_key_unfit": Label(
        "审查“{culprit}”的方式是 {mode}，不能写 {field}：它只与 {modes} 一起写",
        'the review "{culprit}" has mode {mode}, which knows no {field}: that goes with {modes}',
    ),
    "pass_missing": Label(
        "审查“{culprit}”的方式是 {mode}，要写 pass（多少同意才通过）",
        'the review "{culprit}" has mode {mode} and needs `pass`',
    ),
    "pass_unfit": Label("审查“{culprit}”的 pass 不能用：{problem}", 'the `pass` of "{culprit}": {problem_en}'),
    "pass_unreachable": Label(
        "审查“{culprit}”的 pass 是 {given}，全部同意也只有 {possible}，永远通不过",
        'the `pass` of "{culprit}" is {given}, but all approvals make only {possible}',
    ),
    "member_twice": Label(
        "审查“{review}”里“{culprit}”写了不止一次：一个单位在一轮里只请一次，请合并成一条",
        'the review "{review}" names "{culprit}" more than once: a unit is asked once in a round',
    ),
    "after_against_mode": Label(
        "审查“{review}”的方式是 {mode}，“{culprit}”不能排在“{earlier}”之后：与该方式的先后次序相反，谁也开始不了",
        'the review "{review}" has mode {mode}: "{culprit}" cannot come after "{earlier}", nobody could begin',
    ),
    "weight_missing": Label(
        "按权重表决的审查，成员“{culprit}”没有写 weight（权重）", 'the member "{culprit}" has no `weight`'
    ),
    "weight_nothing": Label("审查“{culprit}”的权重全是 0", 'the weights of "{culprit}" are all 0'),
    "lead_not_member": Label(
        "审查“{culprit}”由牵头部门定夺，lead 要写明并列在 members 里",
        'the lead of "{culprit}" decides and has to be one of its members',
    ),
}

REVIEW_WARNINGS: Final = {
    "rule_may_fail": Label(
        "审查“{culprit}”有前提的成员都不适用时，不能按 {mode} 的规则表决，届时发起不了",
        'the review "{culprit}" cannot be decided by {mode}, and cannot open, when no conditional member applies',
    ),
}
