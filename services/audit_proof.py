"""Proof of one entry (记录证明): the entry, its place, and the path from it to an anchor's root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditLeaf
from models.audit import AuditEntry
from services.anchor import find_anchor, signed, tree_under
from services.audit_digest import plain_entry
from states.exceptions import JiugaiError, Kind

FORMAT = "jiugai-proof/1"


class EntryMissing(JiugaiError):
    """No such entry."""

    code = "entry_missing"
    kind = Kind.missing
    zh = "没有“{entry}”这条记录。写法为“项目编号/序号”，如 SN-2026-001/3；其他对象写作“person:账号/序号”。"
    en = (
        'There is no entry "{entry}". Write CODE/NUMBER, as SN-2026-001/3, or SUBJECT:ID/NUMBER for what is no project.'
    )


class EntryNotAnchored(JiugaiError):
    """The entry is younger than the anchor."""

    code = "entry_not_anchored"
    kind = Kind.conflict
    zh = "“{entry}”写入于第 {number} 号锚点之后，还不能证明。请先执行 jiugai audit anchor，再重试。"
    en = '"{entry}" was written after anchor {number}: take a new one with `jiugai audit anchor` and repeat.'


@dataclass(frozen=True, slots=True)
class EntryName:
    """An entry as people name it: whose history, and which number in it."""

    subject: str
    subject_id: str
    seq: int

    def __str__(self) -> str:
        return f"{'' if self.subject == 'project' else f'{self.subject}:'}{self.subject_id}/{self.seq}"


def entry_name(text: str) -> EntryName:
    """The name in `SN-2026-001/3` or `person:li.street/2`. Raises EntryMissing for what is none."""
    whose, _, number = text.rpartition("/")
    subject, colon, subject_id = whose.partition(":")
    if not whose or not number.isascii() or not number.isdigit():
        raise EntryMissing(entry=text)
    return EntryName(subject, subject_id, int(number)) if colon else EntryName("project", whose, int(number))


def find_entry(session: Session, name: EntryName) -> AuditEntry:
    """The entry of that name. Raises EntryMissing."""
    query = select(AuditEntry).where(
        AuditEntry.subject == name.subject, AuditEntry.subject_id == name.subject_id, AuditEntry.seq == name.seq
    )
    found = session.scalar(query)
    if found is None:
        raise EntryMissing(entry=name)
    return found


def prove(session: Session, name: EntryName, *, number: int | None = None) -> dict[str, Any]:
    """The proof of an entry against an anchor, the newest by default, as JSON-safe data.

    `position` counts from 0, `path` goes from the leaf up (RFC 9162, 2.1.3.1). Raises EntryMissing, AnchorMissing,
    EntryNotAnchored, TreeDamaged.
    """
    entry = find_entry(session, name)
    anchor = find_anchor(session, number)
    position = _place(session, entry.id, anchor)
    if position is None:
        raise EntryNotAnchored(entry=name, number=anchor.number)
    path = tree_under(session, anchor).inclusion(position)
    return {
        "format": FORMAT,
        "entry": entry_data(entry),
        "position": position,
        "path": [step.hex() for step in path],
        "anchor": signed(anchor).as_dict(),
    }


def _place(session: Session, entry_id: int, anchor: AuditAnchor) -> int | None:
    query = select(AuditLeaf.position).where(AuditLeaf.entry_id == entry_id, AuditLeaf.position < anchor.size)
    return session.scalar(query)


def entry_data(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is handed out: every column but the database's own `id`."""
    columns = [column.key for column in AuditEntry.__table__.columns if column.key != "id"]
    return plain_entry({name: getattr(entry, name) for name in columns})
