"""The words of the faults around a round of review (审查轮次问题), as those of policy.fault_words."""

from __future__ import annotations

from typing import Final

from states.label import Label

ROUND: Final = {
    "tacit_protected": Label(
        "成员“{culprit}”的类别是{category}，不得写 tacit（超时默认）：消防、结构、特种设备、公共安全一律不默认同意",
        'the member "{culprit}" is of category {category_en}: fire, structure, special equipment and public safety'
        " are never approved by silence",
    ),
    "tacit_without_category": Label(
        "成员“{culprit}”写了 tacit（超时默认），须写明类别 category（本项或其部门）",
        'the member "{culprit}" has `tacit` and needs a `category`, its own or its department\'s',
    ),
    "tacit_not_advisory": Label(
        "成员“{culprit}”写了 tacit（超时默认），只有征求意见的成员（advisory: true）才可以",
        'the member "{culprit}" has `tacit`, which only advisory members (advisory: true) may have',
    ),
    "waits_unfit": Label(
        "审查“{culprit}”写了 {field}，须等各方都说完：方式不能是 any、ordered，settle 须为 when_all_answered",
        'the review "{culprit}" has `{field}`: everybody has to speak first, so not with any, ordered or when_decided',
    ),
    "lead_needed": Label(
        "审查“{culprit}”写了 {field}，由牵头部门办理，须写 lead",
        'the review "{culprit}" has `{field}` and needs a `lead`',
    ),
    "withdraw_missing": Label(
        "审查“{culprit}”逾期未补正视为撤回，须写 on_withdraw（撤回的动作）",
        'a missed supplement of "{culprit}" withdraws it: `on_withdraw` is needed',
    ),
    "promise_protected": Label(
        "“{culprit}”的类别是{category}，不得适用告知承诺：公共安全、生态环境、卫生健康、生命财产一律不可",
        '"{culprit}" is of category {category_en}: no commitment for public safety, ecology, health, life and property',
    ),
    "promise_without_matter": Label(
        "告知承诺“{culprit}”须写明事项：department 或 permit",
        'the commitment "{culprit}" needs a department or a permit',
    ),
    "promise_without_category": Label(
        "“{culprit}”适用告知承诺，须写明类别 category", '"{culprit}" is open to a commitment and needs a `category`'
    ),
    "promise_consequence": Label(
        "承诺“{culprit}”未履行的后果是 {missed}，须写 {field}",
        'a missed "{culprit}" means {missed}: `{field}` is needed',
    ),
    "fresh_after_unfit": Label(
        "fresh_after（{culprit}）只与 documents（材料）一起写", "`fresh_after` ({culprit}) goes with `documents` only"
    ),
}

ROUND_WARNINGS: Final = {
    "nothing_watched": Label(
        "审查“{review}”再审只请受影响的单位，成员“{culprit}”没有写 when 或 watches，每轮都会请到",
        'the review "{review}" asks only whose matter changed; "{culprit}" has no `when` or `watches` and is asked'
        " every time",
    ),
}
