"""The words of the faults in rules of anomalies (异常规则问题), as those of policy.fault_words."""

from __future__ import annotations

from typing import Final

from states.label import Label

ANOMALY_FORM: Final = {
    "anomaly_parameters": Label(
        "{where}“{culprit}”这类异常规则的参数应为：{kinds}；现在写了：{given}",
        '{where}a rule like "{culprit}" takes {kinds}; found: {given}',
    ),
    "anomaly_hours": Label(
        "{where}工作时间的 from 应早于 to，现在写了 {given}", "{where}`from` has to be before `to`; found {given}"
    ),
}
ANOMALY: Final = {
    "anomaly_twice": Label(
        "异常规则“{culprit}”与前面一条同为 {kind}，同一件事会标两次，请只留一条",
        'the rule "{culprit}" is a second one of {kind}: the same would be flagged twice',
    ),
}
