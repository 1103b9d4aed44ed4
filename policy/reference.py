"""References (引用): every place where a pack names one of its own entries, and every condition it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from policy.fault import Path
from policy.schema import ANY, PackDocument
from policy.schema_entry import Entry, Labelled, Names, Statement
from states.label import Label
from states.procedure import RESUME

REGISTERS = {
    "stage": ("stages", Label("阶段", "stage")),
    "step": ("steps", Label("步骤", "step")),
    "trigger": ("moves", Label("动作", "move")),
    "source": ("sources", Label("依据", "source")),
    "fact": ("facts", Label("情况", "fact")),
    "document": ("documents", Label("材料", "document")),
    "milestone": ("milestones", Label("节点", "milestone")),
    "finding": ("findings", Label("事项", "finding")),
    "vote_rule": ("vote_rules", Label("表决类别", "vote rule")),
    "consent": ("consents", Label("表决规则", "consent")),
    "posting": ("postings", Label("公示", "posting")),
    "department": ("departments", Label("部门", "department")),
    "limit": ("limits", Label("期限", "limit")),
    "ladder": ("ladders", Label("预警阶梯", "ladder")),
    "review": ("reviews", Label("审查", "review")),
    "promise": ("promises", Label("承诺事项", "promise")),
    "permit": ("permits", Label("许可手续", "permit")),
    "table": ("tables", Label("决策表", "decision table")),
    "duty": ("duties", Label("职责分离", "separated duty")),
    "anomaly": ("anomalies", Label("异常规则", "anomaly rule")),
}
"""The registers a name may point into: the top-level key that holds it, and its name for people."""

RESERVED = frozenset(
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "any", "holder"]
)
"""Words of the grammar and of the packs: no entry may be called so."""


class Reference(NamedTuple):
    """The entry `name` of `register` is named at `path`."""

    path: Path
    register: str
    name: str


class WrittenStatement(NamedTuple):
    """A condition as it stands at `path`."""

    path: Path
    text: str


def references(document: PackDocument) -> Iterator[Reference]:
    """Every name the document uses; `any` and `@resume` are no names."""
    for path, marker, value in _marked(document, ()):
        if isinstance(marker, Names):
            many = isinstance(value, tuple)
            for index, name in enumerate(value if isinstance(value, tuple) else (value,)):
                if name not in (ANY, RESUME):
                    yield Reference((*path, index) if many else path, marker.register, str(name))


def statements(document: PackDocument) -> Iterator[WrittenStatement]:
    """Every condition the document holds."""
    for path, marker, value in _marked(document, ()):
        if isinstance(marker, Statement):
            yield WrittenStatement(path, str(value))


def declared(document: PackDocument) -> Iterator[tuple[Path, str, str]]:
    """Every (path, register, code) the document declares; a trigger is declared by each of its moves."""
    for register, (key, _) in REGISTERS.items():
        for index, entry in enumerate(getattr(document, key)):
            if isinstance(entry, Labelled):
                yield (key, index, "code"), register, entry.code
            else:
                yield (key, index, "trigger"), register, entry.trigger


def _marked(entry: Entry, path: Path) -> Iterator[tuple[Path, object, object]]:
    for field, info in type(entry).model_fields.items():
        value = getattr(entry, field)
        here: Path = (*path, info.alias or field)
        yield from ((here, marker, value) for marker in info.metadata if value is not None)
        if isinstance(value, Entry):
            yield from _marked(value, here)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Entry):
                    yield from _marked(item, (*here, index))
