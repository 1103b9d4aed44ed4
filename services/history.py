"""The history (办理记录): audit entries of one project in words, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.person import Person
from models.project import Project
from policy.pack import Pack, PackEntryUnknown
from policy.schema_entry import Labelled
from services.figure import fact_text
from services.phrase import FINDING_PHRASES, PHRASES, SOURCES
from states.exceptions import JiugaiError
from states.procedure import Nature
from states.review import Opinion
from states.role import Seat

PAGE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words. `is_late` when it was written down after it happened; `nature` only for a move."""

    seq: int
    action: str
    details: tuple[str, ...]
    reason: str
    actor: str
    on_behalf_of: str
    source: str
    occurred_at: datetime
    recorded_at: datetime
    is_late: bool
    nature: Nature | None


@dataclass(frozen=True, slots=True)
class History:
    """One page of the history."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int


def history(session: Session, project: Project, pack: Pack, *, page: int = 1, size: int = PAGE) -> History:
    """One page of a project's history, newest first: three statements. A page past the end is the last one."""
    mine = (AuditEntry.subject == "project", AuditEntry.subject_id == project.code)
    total = session.scalar(select(func.max(AuditEntry.seq)).where(*mine)) or 0
    pages = max(-(-total // size), 1)
    page = min(page, pages)
    query = select(AuditEntry).where(*mine).order_by(AuditEntry.seq.desc())
    entries = session.scalars(query.offset((page - 1) * size).limit(size)).all()
    names = person_names(session, [login for e in entries for login in (e.actor, e.on_behalf_of) if login])
    return History(tuple(_line(pack, entry, names) for entry in entries), total, page, pages)


def person_names(session: Session, logins: Iterable[str]) -> dict[str, str]:
    """Names by login, also for rules of the system (`system:<rule>@<pack>`)."""
    wanted = set(logins)
    people = {login for login in wanted if not login.startswith("system:")}
    names = {login: _system_name(login) for login in wanted - people}
    if people:
        rows = session.execute(select(Person.login, Person.name).where(Person.login.in_(people)))
        names |= {row.login: row.name for row in rows}
    return {login: names.get(login, login) for login in wanted}


def _system_name(login: str) -> str:
    return f"系统（规则 {login.removeprefix('system:')}）"


def _line(pack: Pack, entry: AuditEntry, names: dict[str, str]) -> Line:
    move = next((m for m in pack.procedure.moves if m.trigger == entry.action), None)
    return Line(
        seq=entry.seq,
        action=move.label.zh if move else _phrase(pack, entry.action),
        details=tuple(_details(pack, entry)),
        reason=entry.reason or "",
        actor=names[entry.actor],
        on_behalf_of=names[entry.on_behalf_of] if entry.on_behalf_of else "",
        source=SOURCES.get(entry.source, entry.source),
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        is_late=entry.occurred_at < entry.recorded_at,
        nature=move.nature if move else None,
    )


def _phrase(pack: Pack, action: str) -> str:
    for ending, words in FINDING_PHRASES.items():
        if action.endswith(f"_{ending}"):
            return _named(pack.finding, action.removesuffix(f"_{ending}")) + words
    return PHRASES.get(action, action)


def _named(look_up: Callable[[str], Labelled], code: str) -> str:
    """The pack's name for a code; an entry made under an older pack may name what this one has not."""
    try:
        return look_up(code).label
    except PackEntryUnknown:
        return code


def _details(pack: Pack, entry: AuditEntry) -> Iterable[str]:
    writer = _WRITERS.get(entry.action)
    if writer is not None:
        return writer(pack, entry.before, entry.after)
    if "title" in entry.after:
        return [str(entry.after[key]) for key in ("title", "answer") if entry.after.get(key)]
    before, after = entry.before.get("step"), entry.after.get("step")
    return [f"{_step(pack, before)} → {_step(pack, after)}"] if before and after else []


def _step(pack: Pack, code: str) -> str:
    step = pack.procedure.step.get(code)
    return step.label.zh if step else code


def _facts(pack: Pack, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found = []
    for code, value in after.items():
        earlier = f"{_fact(pack, code, before[code])} → " if code in before else ""
        found.append(f"{_named(pack.fact, code)}：{earlier}{_fact(pack, code, value)}")
    return found


def _fact(pack: Pack, code: str, value: object) -> str:
    try:
        return fact_text(pack.fact(code), pack.load_fact(code, value))
    except JiugaiError:  # recorded under an older pack, with another type or name
        return str(value)


def _document(pack: Pack, _: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{_named(pack.document_entry, after['kind'])} 第{after['version']}版：{after['file']}"]


def _milestone(pack: Pack, _: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{_named(pack.milestone, code)}：{day}" for code, day in after.items()]


def _review(pack: Pack, _: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{_named(pack.review, after['review'])} 第{after['round']}轮，{len(after['members'])} 个单位"]


def _opinion(pack: Pack, _: dict[str, Any], after: dict[str, Any]) -> list[str]:
    member = str(after["member"])
    unit = Seat.parse(member).label.zh if "@" in member else _named(pack.department, member)
    return [
        f"{_named(pack.review, after['review'])} 第{after['round']}轮 · {unit}：{Opinion(after['opinion']).label.zh}"
    ]


def _enrolled(pack: Pack, _: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"从“{_step(pack, str(after.get('step')))}”开始"]


_WRITERS: dict[str, Callable[[Pack, dict[str, Any], dict[str, Any]], list[str]]] = {
    "facts_recorded": _facts,
    "document_attached": _document,
    "milestone_reached": _milestone,
    "review_opened": _review,
    "opinion_given": _opinion,
    "enrolled": _enrolled,
}
