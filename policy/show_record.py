"""The record of a pack as tables (台账一览): facts, documents, milestones, findings, departments, sources."""

from __future__ import annotations

from typing import cast

from policy.media import MEDIA
from policy.schema_entry import DepartmentEntry, DocumentEntry, FactEntry, FindingEntry, MilestoneEntry, Source
from policy.show_table import Part, Row, Table, Telling, register
from states.label import Label
from states.role import Level

_TYPES = {
    "integer": Label("整数", "whole number"),
    "decimal": Label("数", "number"),
    "money": Label("金额", "money"),
    "share": Label("比例", "share"),
    "text": Label("文字", "text"),
    "flag": Label("是否", "yes or no"),
    "date": Label("日期", "day"),
    "choice": Label("选项", "choice"),
}


def _fact(telling: Telling, part: Part) -> Row:
    fact = cast("FactEntry", part.entry)
    return {
        "code": fact.code,
        "label": fact.name.text(telling.lang),
        "type": _TYPES[fact.type].text(telling.lang),
        "unit": fact.unit,
        "range": _range(fact),
        "choices": [f"{code} {words}" for code, words in (fact.choices or {}).items()],
        "owed_by": telling.seat(fact.owed_by),
        **telling.used("fact", fact.code),
    }


def _range(fact: FactEntry) -> str:
    bounds = (("≥", fact.minimum), ("≤", fact.maximum))
    return " ".join(f"{sign} {bound}" for sign, bound in bounds if bound is not None)


def _document(telling: Telling, part: Part) -> Row:
    document = cast("DocumentEntry", part.entry)
    promises = [one for one in telling.pack.document.promises if document.code in one.documents]
    return {
        "code": document.code,
        "label": document.name.text(telling.lang),
        "owed_by": telling.seat(document.owed_by),
        "media": [MEDIA[one].text(telling.lang) for one in document.media],
        "may_follow": [one.name.text(telling.lang) for one in promises],
        **telling.used("document", document.code),
    }


def _milestone(telling: Telling, part: Part) -> Row:
    milestone = cast("MilestoneEntry", part.entry)
    used = telling.used("milestone", milestone.code)
    return {
        "code": milestone.code,
        "label": milestone.name.text(telling.lang),
        "owed_by": telling.seat(milestone.owed_by),
        "due": milestone.due or "",
        "used": used["used"],
        "source": telling.sources(milestone.source) or used["source"],
    }


def _finding(telling: Telling, part: Part) -> Row:
    finding = cast("FindingEntry", part.entry)
    return {
        "code": finding.code,
        "label": finding.name.text(telling.lang),
        "owed_by": telling.seat(finding.owed_by),
        "closed_by": telling.seat(finding.closed_by),
        **telling.used("finding", finding.code),
    }


def _department(telling: Telling, part: Part) -> Row:
    department = cast("DepartmentEntry", part.entry)
    return {
        "code": department.code,
        "label": department.name.text(telling.lang),
        "level": Level(department.level).label.text(telling.lang),
        "category": department.category.label.text(telling.lang) if department.category else "",
        **telling.used("department", department.code),
    }


def _source(telling: Telling, part: Part) -> Row:
    source = cast("Source", part.entry)
    return {
        "code": source.code,
        "label": source.name.text(telling.lang),
        "assumed": telling.say("暂定，无依据", "assumed") if source.assumed else "",
        "used": telling.used("source", source.code)["used"],
    }


TABLES = (
    Table("facts", Label("情况", "facts"), ("facts",), register("facts"), _fact),
    Table("documents", Label("材料", "documents"), ("documents",), register("documents"), _document),
    Table("milestones", Label("节点", "milestones"), ("milestones",), register("milestones"), _milestone),
    Table("findings", Label("事项", "findings"), ("findings",), register("findings"), _finding),
    Table("departments", Label("部门", "departments"), ("departments",), register("departments"), _department),
)
SOURCES = Table("sources", Label("依据", "sources"), ("sources",), register("sources"), _source)
