"""The sheet of an evidence pack (证据表): its entries in words, for people; as a page and as a Word document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from services.anchor import signed
from services.audit import is_late
from services.audit_phrase import PHRASES, SOURCES
from services.evidence import Evidence, Paper
from services.pack import pack_of
from services.person_list import person_names
from services.project_history import HistoryLine, list_history
from services.reading import Reading
from states.label import Label

_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet; `wide` says how much of the width (parts of all) each column gets."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says: its title, what it is about as label and value, tables, and a last word."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def sheet_of(session: Session, reading: Reading, evidence: Evidence, named: list[Paper]) -> Sheet:
    """The sheet of a pack, in the language that is read."""
    lines = _History(session, reading, evidence)
    tables = [Table("办理记录", ENTRY_HEADS, tuple(lines.rows()), (10, 14, 17, 31, 17, 11))]
    if named:
        rows = tuple((f"{p.subject_id}/{p.seq}", p.name, p.kind, _size(p.size), p.sha256) for p in named)
        tables.append(
            Table("材料（按哈希）", ("记录", "文件名", "材料标识", "大小", "SHA-256"), rows, (14, 26, 14, 10, 36))
        )
    return Sheet(f"留痕证据表：{_title(session, evidence)}", tuple(_facts(reading, evidence)), tuple(tables), NOTES)


ENTRY_HEADS = ("序号", "时间", "事项", "内容与理由", "经办", "哈希（前16位）")
NOTES = (
    "本表由证据包内的记录整理而成，便于阅读；是否属实以校验结果为准。",
    "校验方法：在任一台装有 Python 3.8 以上的电脑上，不必联网，执行  python3 -I jiugai_verify.py 证据包文件.zip",
    "“补录”指发生后超过 1 天才登记；“自动”指系统按规则办理，署规则与政策版本，不署任何人。",
)


def _title(session: Session, evidence: Evidence) -> str:
    code = evidence.scope.project
    if code is None:
        return evidence.scope.words
    return f"{session.scalar(select(Project.name).where(Project.code == code))}（{code}）"


def _facts(reading: Reading, evidence: Evidence) -> Iterable[tuple[str, str]]:
    entries, said = evidence.entries, signed(evidence.anchor).statement
    late = sum(is_late(e.occurred_at, e.recorded_at) for e in entries)
    automatic = sum(e.actor.startswith("system:") for e in entries)
    yield "范围", evidence.scope.words
    yield "记录", f"{len(entries)} 条，其中补录 {late} 条、自动 {automatic} 条"
    yield "政策版本", "、".join(sorted({e.pack for e in entries if e.pack})) or "无"
    yield "锚点", f"第 {said.number} 号，{_moment(reading, said.taken_at)}，全系统 {said.size} 条记录"
    yield "根哈希", f"{said.algorithm} {said.root}"
    yield "系统标识", said.system
    yield "签名公钥", f"Ed25519 {said.key}"
    yield "锚点编码", signed(evidence.anchor).code


class _History:
    """Entries in words: those of a project as its history tells them, others by the name of their action."""

    def __init__(self, session: Session, reading: Reading, evidence: Evidence) -> None:
        self.reading, self.entries, self._own = reading, evidence.entries, evidence.scope.project
        self._told = _told(session, reading, evidence)
        logins = [login for e in self.entries for login in (e.actor, e.on_behalf_of) if login]
        self._names = person_names(session, reading, logins)

    def rows(self) -> Iterable[tuple[str, ...]]:
        for entry in self.entries:
            line = self._told.get((entry.subject, entry.subject_id, entry.seq))
            yield (
                self._number(entry),
                self._when(entry),
                self._what(entry, line),
                self._content(entry, line),
                self._who(entry),
                entry.hash[:16],
            )

    def _number(self, entry: AuditEntry) -> str:
        if (entry.subject, entry.subject_id) == ("project", self._own):
            return str(entry.seq)
        whose = "" if entry.subject == "project" else f"{entry.subject}:"
        return f"{whose}{entry.subject_id}/{entry.seq}"

    def _when(self, entry: AuditEntry) -> str:
        occurred, recorded = (_moment(self.reading, one) for one in (entry.occurred_at, entry.recorded_at))
        return occurred if occurred == recorded else f"发生 {occurred}\n登记 {recorded}"

    def _what(self, entry: AuditEntry, line: HistoryLine | None) -> str:
        label = line.action_label if line else self.reading.text(PHRASES.get(entry.action, Label(entry.action)))
        return f"{label}\n（补录）" if is_late(entry.occurred_at, entry.recorded_at) else label

    def _content(self, entry: AuditEntry, line: HistoryLine | None) -> str:
        details = list(line.details) if line else [f"{name}：{value}" for name, value in sorted(entry.after.items())]
        return "\n".join([*details, *([f"理由：{entry.reason}"] if entry.reason else [])])

    def _who(self, entry: AuditEntry) -> str:
        automatic = "（自动）" if entry.actor.startswith("system:") else ""
        name = entry.actor if automatic else f"{self._names[entry.actor]}（{entry.actor}）"
        behalf = f"\n代 {self._names[entry.on_behalf_of]}" if entry.on_behalf_of else ""
        source = self.reading.text(SOURCES.get(entry.source, Label(entry.source)))
        return f"{name}{automatic}{behalf}\n{source}"


def _told(session: Session, reading: Reading, evidence: Evidence) -> dict[_Key, HistoryLine]:
    codes = sorted({e.subject_id for e in evidence.entries if e.subject == "project"})
    found: dict[_Key, HistoryLine] = {}
    for code in codes:
        project = session.scalar(select(Project).where(Project.code == code))
        if project is not None:
            history = list_history(session, reading, project, pack_of(project.pack_version), size=None)
            found |= {("project", code, line.seq): line for line in history.lines}
    return found


def _moment(reading: Reading, value: datetime) -> str:
    return f"{value.astimezone(reading.city.zone):%Y-%m-%d %H:%M:%S}"


def _size(size: int | None) -> str:
    return "" if size is None else f"{size:,} 字节"


def as_page(sheet: Sheet) -> str:
    """The sheet as one self-contained page: no script, no picture, no address."""
    return _template().render(sheet=sheet)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("services", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("evidence.html")
