"""What can be wrong with ladders and supervision in a pack (督查的检查用语), in two languages."""

from __future__ import annotations

from typing import Final

from states.label import Label

SUPERVISION: Final = {
    "rung_same_day": Label(
        "预警阶梯“{culprit}”第 {number} 级与上一级多半同日：breach 不写 plus 是变红灯当日，plus: 1 是逾期第1个工作日",
        'rung {number} of "{culprit}" falls on the day of the one before: breach alone is the day it turns red,'
        " plus: 1 the first working day over",
    ),
    "rung_receiver_unfit": Label(
        "预警阶梯“{culprit}”第 {number} 级的收件人“{receiver}”没有人能担任：{problem}",
        'nobody can fill the receiver "{receiver}" of rung {number} of "{culprit}": {problem_en}',
    ),
    "rung_colour_missing": Label(
        "预警阶梯“{culprit}”第 {number} 级发督办单（act: order），要写颜色 colour: blue、orange 或 red",
        'rung {number} of "{culprit}" issues an order and needs a colour: blue, orange or red',
    ),
    "rung_colour_unfit": Label(
        "预警阶梯“{culprit}”第 {number} 级写了颜色，但不发督办单（act: order）",
        'rung {number} of "{culprit}" has a colour but issues no order',
    ),
    "rung_colour_milder": Label(
        "预警阶梯“{culprit}”第 {number} 级的颜色不比前一张督办单更重：只能由蓝到橙到红",
        'the order of rung {number} of "{culprit}" is no sterner than the one before: blue, then orange, then red',
    ),
    "order_without_rule": Label(
        "预警阶梯“{culprit}”第 {number} 级要发{what}，但 supervision 里没有相应规定",
        'rung {number} of "{culprit}" issues {what_en}, which `supervision` has no rule for',
    ),
    "order_twice": Label("supervision 里“{culprit}”督办单写了两次", "the {culprit} order is written twice"),
    "order_loop": Label(
        "“{culprit}”督办单逾期后按阶梯“{ladder}”又发{colour}督办单，没有更重，会循环不止",
        'an overdue {culprit} order climbs "{ladder}" to a {colour} one, no sterner: that never ends',
    ),
    "issuer_unfit": Label(
        "supervision 的 issuer 应是督查员席位，如 supervisor@city，不能是“{culprit}”",
        'the issuer must be a seat of supervisors such as supervisor@city, not "{culprit}"',
    ),
    "supervision_limit_unfit": Label(
        "期限“{culprit}”按日期定，不能用于督办单或复核：它们从发出之日起算",
        'the limit "{culprit}" hangs on a day: orders and contests are counted from their start',
    ),
}
