"""The words of the faults in permits and decision tables (决策表问题), as those of policy.fault_words."""

from __future__ import annotations

from typing import Final

from states.label import Label

ROUTE: Final = {
    "window_reversed": Label(
        "{where}window（时段）的 from 在 to 之后，应先小后大", "{where}the window ends before it begins"
    ),
    "table_condition_form": Label(
        "决策表里的条件只能拿一项情况与固定的值比较，才能查清有没有遗漏和重叠；“{culprit}”不是",
        'a table\'s condition compares one fact with fixed values, so that gaps can be found; "{culprit}" does not',
    ),
    "table_gap": Label(
        "决策表“{culprit}”有遗漏：{example} 时没有一条规则成立（共查 {cells} 种情形，{count} 种无着落）",
        'the table "{culprit}" has a gap: no rule holds for {example_en} ({count} of {cells} cases)',
    ),
    "table_overlap": Label(
        "决策表“{culprit}”有重叠：{example} 时第 {first} 条和第 {second} 条都成立，unique 只许一条"
        "（共查 {cells} 种情形，{count} 种重叠）",
        'in the unique table "{culprit}" rules {first} and {second} both hold at {example_en} ({count} of {cells})',
    ),
    "rule_dead": Label(
        "决策表“{culprit}”第 {number} 条永远轮不到：{problem}",
        'rule {number} of the table "{culprit}" is never reached: {problem_en}',
    ),
    "permit_in_two_tables": Label(
        "许可“{culprit}”在表“{first}”和“{second}”里都有规定，一项许可只能由一张表决定",
        'the permit "{culprit}" is decided by "{first}" and by "{second}": one table decides a permit',
    ),
    "ask_not_member": Label(
        "表“{table}”请的“{culprit}”不在审查“{review}”的成员（members）里",
        'the table "{table}" asks "{culprit}", who is no member of the review "{review}"',
    ),
    "ask_without_review": Label(
        "表“{culprit}”请了部门，但没有审查用 members_from 引用它",
        'the table "{culprit}" asks members, but no review names it in members_from',
    ),
    "when_beside_table": Label(
        "审查“{review}”的成员由决策表选，成员“{culprit}”不能再写 when",
        'the members of "{review}" come from tables: "{culprit}" cannot have a `when` of its own',
    ),
    "after_circle": Label(
        "表“{table}”里“{culprit}”要等自己先答复（after 绕成了圈）", 'in "{table}", "{culprit}" waits for itself (after)'
    ),
    "window_order": Label(
        "“{culprit}”的时段从第 {starts} 日开始，要等的“{earlier}”到第 {ends} 日才答复",
        '"{culprit}" begins on day {starts}, before "{earlier}" has answered on day {ends}',
    ),
}

ROUTE_WARNINGS: Final = {
    "table_too_wide": Label(
        "决策表“{culprit}”的情形超过 {limit} 种，只查了前 {limit} 种；请拆成几张表",
        'the table "{culprit}" has more than {limit} cases, of which only the first {limit} were checked: split it',
    ),
    "member_never_asked": Label(
        "审查“{review}”的成员“{culprit}”没有一条规则请它", 'no rule asks "{culprit}", a member of "{review}"'
    ),
    "window_too_long": Label(
        "“{culprit}”的时段到第 {ends} 日，审查“{review}”的期限只有 {days} 日",
        'the window of "{culprit}" ends on day {ends}, the review "{review}" has {days} days',
    ),
}
