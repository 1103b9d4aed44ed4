"""The words of every fault (问题说明): one stable code each, Chinese a non-programmer understands, then English."""

from __future__ import annotations

from typing import Final

from policy.fault_words_anomaly import ANOMALY, ANOMALY_FORM
from policy.fault_words_duty import DUTY
from policy.fault_words_limit import LIMIT, LIMIT_FORM
from policy.fault_words_review import REVIEW, REVIEW_WARNINGS
from policy.fault_words_round import ROUND, ROUND_WARNINGS
from policy.fault_words_route import ROUTE, ROUTE_WARNINGS
from policy.fault_words_supervision import SUPERVISION
from policy.fault_words_vote import VOTE, VOTE_FORM
from states.label import Label

READING: Final = {
    "folder_missing": Label("找不到政策包文件夹“{culprit}”", 'there is no pack folder "{culprit}"'),
    "folder_empty": Label("文件夹“{culprit}”里没有 .yaml 文件", 'the folder "{culprit}" has no .yaml files'),
    "file_extension": Label(
        "文件“{culprit}”的扩展名应为 .yaml，否则不会被读取", 'the file "{culprit}" must end in .yaml to be read'
    ),
    "file_unreadable": Label("文件“{culprit}”读不到：{problem}", 'the file "{culprit}" cannot be read: {problem}'),
    "file_too_large": Label(
        "文件“{culprit}”有 {size} 字节，超过上限 {limit} 字节，不像是政策文件",
        'the file "{culprit}" has {size} bytes, more than {limit}; that is no pack',
    ),
    "file_not_utf8": Label(
        "文件“{culprit}”不是 UTF-8 编码，请在编辑器里另存为 UTF-8",
        'the file "{culprit}" is not UTF-8: save it as UTF-8',
    ),
    "yaml_syntax": Label("YAML 写法有误：{problem}。出错处：{culprit}", "YAML syntax: {problem_en}, at: {culprit}"),
    "yaml_alias": Label(
        "不支持引用“*{culprit}”，请把内容写全", 'references ("*{culprit}") are not supported: write it out'
    ),
    "yaml_tag": Label("不支持类型标记“{culprit}”，请删去", 'tags ("{culprit}") are not supported: remove it'),
    "yaml_key": Label("左边的名称必须是文字，此处不是", "a key must be plain text"),
    "yaml_deep": Label("层次超过 {limit} 层，不像是政策文件", "nested deeper than {limit} levels; that is no pack"),
    "yaml_documents": Label(
        "一个文件里只能有一份内容，请删去“---”之后的部分", "one document per file: remove what follows ---"
    ),
    "duplicate_key": Label("“{culprit}”写了两次，请只留一处", '"{culprit}" is written twice: keep one'),
    "file_not_mapping": Label(
        "文件“{culprit}”的最外层应是“名称: 内容”", 'the outermost level of "{culprit}" must be `key: value`'
    ),
    "key_in_two_files": Label(
        "“{culprit}”在 {other} 里已经写过，一个部分只能写在一个文件里",
        '"{culprit}" already stands in {other}: each part belongs in one file',
    ),
}

FORM: Final = {
    "key_missing": Label("{where}缺少“{culprit}”，必须填写", '{where}"{culprit}" is missing'),
    "key_unknown": Label("{where}不认识“{culprit}”{guess}", '{where}"{culprit}" is unknown{guess_en}'),
    "value_unknown": Label(
        "{where}“{field}”不能是“{culprit}”，可选：{expected}{guess}",
        '{where}"{field}" cannot be "{culprit}"; one of {expected}{guess_en}',
    ),
    "code_form": Label(
        "{where}“{culprit}”的写法不对：代码只用小写字母、数字和下划线，以字母开头（规则 {expected}）",
        '{where}"{culprit}" does not have the form {expected}',
    ),
    "text_expected": Label(
        "{where}“{field}”应是文字，数字请加引号", '{where}"{field}" must be text; put a number in quotes'
    ),
    "text_empty": Label("{where}“{field}”不能空着", '{where}"{field}" must not be empty'),
    "text_too_long": Label(
        "{where}“{field}”超过 {expected} 个字", '{where}"{field}" is longer than {expected} characters'
    ),
    "number_expected": Label(
        "{where}“{field}”应是整数，不能是“{culprit}”", '{where}"{field}" must be a whole number, not "{culprit}"'
    ),
    "number_out_of_range": Label(
        "{where}“{field}”为 {culprit}，超出范围（{expected}）",
        '{where}"{field}" is {culprit}, out of range ({expected})',
    ),
    "flag_expected": Label(
        "{where}“{field}”只能是 true 或 false，不能是“{culprit}”",
        '{where}"{field}" must be true or false, not "{culprit}"',
    ),
    "day_expected": Label(
        "{where}“{field}”应是日期，如 2026-01-01，不能是“{culprit}”",
        '{where}"{field}" must be a date such as 2026-01-01, not "{culprit}"',
    ),
    "list_expected": Label("{where}“{field}”应是一列（每项以“- ”开头）", '{where}"{field}" must be a list'),
    "list_too_short": Label(
        "{where}“{field}”至少要有 {expected} 项", '{where}"{field}" must have at least {expected} item(s)'
    ),
    "mapping_expected": Label("{where}此处应是“名称: 内容”", "{where}`key: value` pairs are expected here"),
    "value_invalid": Label("{where}“{field}”的内容“{culprit}”不合要求：{problem}", '{where}"{field}": {problem}'),
    "share_form": Label(
        "{where}“{field}”应写成分数，如 2/3 或 9/10，不能写“{culprit}”",
        '{where}"{field}" must be a fraction such as 2/3 or 9/10, not "{culprit}"',
    ),
    "seat_form": Label(
        "{where}“{culprit}”不是“角色@层级”，如 coordinator@district；系统写 system{guess}",
        '{where}"{culprit}" is not role@level such as coordinator@district, or system{guess_en}',
    ),
    "month_day_form": Label("{where}“{culprit}”不是“月-日”，如 11-30", '{where}"{culprit}" is not MM-DD such as 11-30'),
    "choices_type": Label(
        "{where}choices（选项）与 type: choice 要一起写，别的类型不写", "{where}`choices` goes with `type: choice` only"
    ),
    "requirement_kind": Label(
        "{where}一项条件只能写一种且不能为空：{kinds}；现在写了：{given}",
        "{where}exactly one of {kinds}; found: {given}",
    ),
    "condition_words": Label(
        "{where}condition（条件）要同时写 says（不满足时怎么说）和 owed_by（由谁负责）",
        "{where}`condition` needs `says` and `owed_by`",
    ),
    "says_without_condition": Label("{where}says 只与 condition 一起写", "{where}`says` goes with `condition` only"),
    "starts_kind": Label(
        "{where}starts 的每项写 review（审查）或 clock（期限）之一", "{where}`starts` names a review or a clock"
    ),
    "member_kind": Label(
        "{where}审查成员写 department（部门）或 seat（岗位）之一", "{where}a member is a `department` or a `seat`"
    ),
}

NAMES: Final = {
    "name_unknown": Label(
        "没有名为“{culprit}”的{register}{guess}", 'there is no {register_en} named "{culprit}"{guess_en}'
    ),
    "duplicate_code": Label("{register}“{culprit}”写了两次", 'the {register_en} "{culprit}" is written twice'),
    "name_reserved": Label("“{culprit}”是保留字，请换一个代码", '"{culprit}" is reserved: choose another code'),
    "timezone_unknown": Label("没有时区“{culprit}”，如 Asia/Shanghai", 'there is no time zone "{culprit}"'),
    "number_without_source": Label(
        "“{culprit}”的数字没有写依据（{field}）", 'the number of "{culprit}" has no source ({field})'
    ),
    "fact_type": Label(
        "“{culprit}”的类型是 {given}，此处要用 {expected}", '"{culprit}" is of type {given}; {expected} is needed here'
    ),
    "bounds_unfit": Label(
        "“{culprit}”的 minimum、maximum 只用于数字，且前者不大于后者",
        'minimum and maximum of "{culprit}" are for numbers, the first not above the second',
    ),
    "condition_syntax": Label("条件写法有误：{problem_text}", "the condition cannot be read: {problem_text}"),
    "condition_construct": Label(
        "条件里不能用“{culprit}”：只能用比较、and、or、not、in [..]、+ - * 和括号",
        'a condition cannot use "{culprit}": only comparisons, and, or, not, in [..], + - * and brackets',
    ),
    "condition_fact_unknown": Label(
        "条件里的“{culprit}”不是已列的情况{guess}", 'the condition names "{culprit}", which is no fact{guess_en}'
    ),
    "condition_type": Label("条件里“{culprit}”用法不对：{problem_text}", 'in the condition, "{culprit}": {problem_en}'),
    "condition_choice": Label(
        "条件里的“{culprit}”不是“{fact}”的选项，可选：{expected}{guess}",
        'the condition names "{culprit}", which is no choice of "{fact}": {expected}{guess_en}',
    ),
    "condition_float": Label(
        "条件里的小数 {culprit} 不精确：比例请写成 '9/10'，其他小数加引号写成 '12.5'，或改用整数",
        "the decimal {culprit} is not exact: write a share as '9/10', another decimal as '12.5', or use integers",
    ),
    "condition_not_truth": Label(
        "条件“{culprit}”的结果不是“是或否”", 'the condition "{culprit}" does not yield true or false'
    ),
    "condition_without_fact": Label("条件“{culprit}”没有用到任何情况", 'the condition "{culprit}" looks at no fact'),
}

SOUNDNESS: Final = {
    "unreachable": Label("步骤“{culprit}”从起点走不到", 'the step "{culprit}" cannot be reached from the start'),
    "no_way_to_end": Label(
        "从步骤“{culprit}”走不到办结（只剩终止或没有出路）", 'from the step "{culprit}" no regular end can be reached'
    ),
    "no_normal_course": Label(
        "从起点“{culprit}”只走正向动作到不了办结", 'from the start "{culprit}" forward moves alone reach no end'
    ),
    "move_ambiguous": Label(
        "动作“{culprit}”从步骤“{step}”出发有两种去向", 'the move "{culprit}" leaves "{step}" in two ways'
    ),
    "stage_order": Label(
        "动作“{culprit}”是{nature}，却从“{stage}”到了“{target}”",
        'the move "{culprit}" is {nature_en} but leads from "{stage}" to "{target}"',
    ),
    "forward_cycle": Label(
        "步骤“{culprit}”经正向动作又回到自己，退回的动作请写 nature: back",
        'forward moves lead from "{culprit}" back to itself: a return has nature: back',
    ),
    "nature_unfit": Label(
        "动作“{culprit}”的 nature 是 {nature}，{problem}", 'the move "{culprit}" has nature {nature}: {problem_en}'
    ),
    "halt_without_resume": Label(
        "暂停步骤“{culprit}”没有恢复动作（to: '@resume'）", "the halt \"{culprit}\" has no move with to: '@resume'"
    ),
    "end_has_moves": Label("终点“{culprit}”不能再有动作离开", 'the end "{culprit}" must have no moves out of it'),
    "start_not_ordinary": Label("起点“{culprit}”应是普通步骤", 'the start "{culprit}" must be an ordinary step'),
    "holder_missing": Label(
        "步骤“{culprit}”没有写由谁经办（held_by），进入时也没有发起审查",
        'the step "{culprit}" is held by nobody (held_by) and entering it starts no review',
    ),
    "seat_unfit": Label("“{culprit}”不能{what}", '"{culprit}" cannot {what_en}'),
    "outcome_not_from_step": Label(
        "审查“{review}”的结果动作“{culprit}”不能从“{step}”出发",
        'the outcome "{culprit}" of "{review}" does not leave "{step}"',
    ),
    "outcome_not_system": Label(
        "审查“{review}”的结果动作“{culprit}”要由系统触发，who 里须有 system",
        'the outcome "{culprit}" of "{review}" is fired by the system: who must list system',
    ),
    "outcomes_same": Label(
        "审查“{review}”通过与不通过是同一个动作“{culprit}”", 'passing and rejecting "{review}" is one move "{culprit}"'
    ),
    "review_never_started": Label(
        "条件要求审查“{culprit}”通过，但没有动作发起它", 'the review "{culprit}" is required but no move starts it'
    ),
    "period_never_started": Label(
        "条件要求期限“{culprit}”届满，但没有动作开始它", 'the period "{culprit}" must expire but nothing starts it'
    ),
    "rung_order": Label(
        "预警阶梯“{culprit}”第 {number} 级不在上一级之后：先 warning 后 breach，plus 由小到大",
        'rung {number} of "{culprit}" does not come after the one before: warning first, plus ascending',
    ),
    "warning_without_yellow": Label(
        "期限“{culprit}”的阶梯有 warning 级，但没有写何时变黄灯（yellow_share 或 yellow_days）",
        'the ladder of "{culprit}" has a warning rung but the limit never turns yellow',
    ),
    "window_too_short": Label(
        "阶段“{culprit}”的时段有 {window} 天，期限最长的路线要 {needed} 天：{route}",
        'the window of "{culprit}" has {window} days, its longest route of limits needs {needed}: {route}',
    ),
}

FAULTS: Final = {
    **READING, **FORM, **NAMES, **SOUNDNESS, **REVIEW, **ROUND, **LIMIT_FORM, **LIMIT, **ROUTE, **SUPERVISION, **DUTY,
    **VOTE_FORM, **VOTE, **ANOMALY_FORM, **ANOMALY,
}  # fmt: skip

WARNINGS: Final = {
    **REVIEW_WARNINGS,
    **ROUND_WARNINGS,
    **ROUTE_WARNINGS,
    "no_forward_way": Label(
        "从步骤“{culprit}”只走正向动作到不了办结，要先退回", 'from "{culprit}" forward moves alone reach no end'
    ),
    "never_used": Label("{register}“{culprit}”列了但没有用到", 'the {register_en} "{culprit}" is never used'),
    "review_may_be_empty": Label(
        "审查“{culprit}”的每个成员都有前提，可能一个也不适用",
        'every member of "{culprit}" is conditional: nobody may be asked',
    ),
    "member_slower": Label(
        "审查“{culprit}”期限 {review} 天，成员要 {members} 天",
        'the review "{culprit}" has {review} days, its members {members}',
    ),
    "system_move_unfired": Label(
        "动作“{culprit}”只由系统触发，但没有审查的结果用到它",
        'the move "{culprit}" is for the system but no review fires it',
    ),
}
