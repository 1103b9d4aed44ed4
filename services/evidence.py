"""Evidence packs (证据包): what of the record is handed to somebody who trusts neither database nor administrator.

A pack is made of entries up to one anchor and of nothing that changes afterwards: made again, it is the same to the
byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditLeaf
from models.audit import AuditEntry
from services.anchor import AnchorMissing
from services.city import City
from services.project import find_project
from states.exceptions import JiugaiError, Kind


class EvidenceEmpty(JiugaiError):
    """Nothing was recorded in the period."""

    code = "evidence_empty"
    kind = Kind.missing
    zh = "{scope}没有已锚定的记录，没有导出。请核对日期；刚写入的记录请先执行 jiugai audit anchor。"
    en = "There are no anchored entries for {scope}: nothing was exported. Check the days, or take an anchor first."


class AnchorTooEarly(JiugaiError):
    """The anchor asked for was taken before the matter began."""

    code = "anchor_too_early"
    kind = Kind.conflict
    zh = "第 {number} 号锚点早于{scope}的第一条记录，证明不了它。请换一个较晚的锚点，见 jiugai audit anchors。"
    en = "Anchor {number} was taken before the first entry of {scope}. Choose a later one, see `jiugai audit anchors`."


@dataclass(frozen=True, slots=True)
class Scope:
    """What a pack is about: one project, or everything written down from `first` to `last` (days in the city)."""

    project: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def words(self) -> str:
        """The scope in words."""
        return f"项目 {self.project}" if self.project else f"{self.first} 至 {self.last}"

    def as_dict(self) -> dict[str, str]:
        """The scope as data."""
        if self.project:
            return {"project": self.project}
        return {"first": str(self.first), "last": str(self.last)}


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and its place in the tree."""

    position: int
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pack is made from: the anchor and the entries it covers, in the order of their places."""

    scope: Scope
    anchor: AuditAnchor
    placed: tuple[Placed, ...]

    @property
    def entries(self) -> list[AuditEntry]:
        """The entries alone."""
        return [one.entry for one in self.placed]


def is_anchored(session: Session, city: City, scope: Scope) -> bool:
    """Whether an anchor covers everything of the scope; raises ProjectMissing for a project that is not there."""
    if scope.project:
        find_project(session, scope.project)
    place = select(AuditLeaf).where(AuditLeaf.entry_id == AuditEntry.id)
    open_ = select(AuditEntry.id).where(_of(city, scope), ~place.exists())
    return session.scalar(open_.limit(1)) is None and _newest_place(session, city, scope) is not None


def gather(session: Session, city: City, scope: Scope, *, number: int | None = None) -> Evidence:
    """The entries of a scope up to an anchor; without `number` the first anchor that covers all of them.

    The rules they were written under come with them: each pack's activation. Raises ProjectMissing, AnchorMissing,
    AnchorTooEarly, EvidenceEmpty.
    """
    if scope.project:
        find_project(session, scope.project)
    anchor = _anchor(session, city, scope, number)
    own = _placed(session, _of(city, scope), anchor.size)
    if not own:
        raise EvidenceEmpty(scope=scope.words) if number is None else AnchorTooEarly(number=number, scope=scope.words)
    own = _unbroken(session, own, anchor.size)
    packs = sorted({one.entry.pack for one in own if one.entry.pack})
    rules = and_(AuditEntry.subject == "pack", AuditEntry.subject_id.in_(packs))
    every = {one.position: one for one in [*own, *_placed(session, rules, anchor.size)]}
    return Evidence(scope, anchor, tuple(every[position] for position in sorted(every)))


def _unbroken(session: Session, own: list[Placed], size: int) -> list[Placed]:
    """The entries with those between them in their chains: clocks of two machines differ at the edge of a period."""
    chains: dict[tuple[str, str], list[int]] = {}
    for one in own:
        chains.setdefault((one.entry.subject, one.entry.subject_id), []).append(one.entry.seq)
    every = list(own)
    for (subject, subject_id), seqs in chains.items():
        if len(seqs) <= max(seqs) - min(seqs):
            between = AuditEntry.seq.between(min(seqs), max(seqs)) & AuditEntry.seq.not_in(seqs)
            mine = (AuditEntry.subject == subject) & (AuditEntry.subject_id == subject_id)
            every += _placed(session, mine & between, size)
    return every


def _anchor(session: Session, city: City, scope: Scope, number: int | None) -> AuditAnchor:
    if number is not None:
        found = session.get(AuditAnchor, number)
        if found is None:
            raise AnchorMissing(number=number)
        return found
    last = _newest_place(session, city, scope)
    query = select(AuditAnchor).where(AuditAnchor.size > (last if last is not None else -1))
    found = session.scalar(query.order_by(AuditAnchor.number).limit(1))
    if found is None or last is None:
        raise EvidenceEmpty(scope=scope.words)
    return found


def _newest_place(session: Session, city: City, scope: Scope) -> int | None:
    query = select(func.max(AuditLeaf.position)).join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
    return session.scalar(query.where(_of(city, scope)))


def _placed(session: Session, wanted: ColumnElement[bool], size: int) -> list[Placed]:
    query = select(AuditLeaf.position, AuditEntry).join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
    query = query.where(wanted, AuditLeaf.position < size).order_by(AuditLeaf.position)
    return [Placed(position, entry) for position, entry in session.execute(query)]


def _of(city: City, scope: Scope) -> ColumnElement[bool]:
    if scope.project:
        return and_(AuditEntry.subject == "project", AuditEntry.subject_id == scope.project)
    assert scope.first is not None  # noqa: S101 - a scope has a project or both days
    assert scope.last is not None  # noqa: S101
    start, end = (datetime.combine(day, time(), city.zone) for day in (scope.first, scope.last + timedelta(days=1)))
    return and_(AuditEntry.recorded_at >= start, AuditEntry.recorded_at < end)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document an entry names by its hash."""

    subject_id: str
    seq: int
    name: str
    kind: str
    sha256: str
    size: int | None
    file: str | None
    """Where the pack has it; None where only its hash is given."""

    def as_dict(self) -> dict[str, Any]:
        """The document as data."""
        return {
            "entry": f"{self.subject_id}/{self.seq}",
            "name": self.name,
            "kind": self.kind,
            "sha256": self.sha256,
            "size": self.size,
            "file": self.file,
        }


def papers(entries: Sequence[AuditEntry], *, with_files: bool) -> list[Paper]:
    """Every document the entries name: what has a `sha256` in their `after`, wherever it stands.

    A file named by several entries is one file, under the first ending any of them gives it.
    """
    named = [(entry, one, _name(one)) for entry in entries for one in _named(entry.after)]
    files: dict[str, str] = {}
    for _, one, name in named:
        sha256 = str(one["sha256"])
        files[sha256] = files.get(sha256) or _ending(name)
    return [
        Paper(
            entry.subject_id,
            entry.seq,
            name,
            str(one.get("kind") or ""),
            str(one["sha256"]),
            one.get("size"),
            f"documents/{one['sha256']}{files[str(one['sha256'])]}" if with_files else None,
        )
        for entry, one, name in named
    ]


def _name(document: dict[str, Any]) -> str:
    return str(document.get("file") or document.get("filename") or document.get("kind") or "")


def _named(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [one for part in value for one in _named(part)]
    if not isinstance(value, dict):
        return []
    inner = [one for part in value.values() for one in _named(part)]
    return [value, *inner] if isinstance(value.get("sha256"), str) else inner


def _ending(name: str) -> str:
    """The ending of a file name where it is a plain one."""
    ending = name.rpartition(".")[2] if "." in name else ""
    return f".{ending.lower()}" if ending.isascii() and ending.isalnum() and len(ending) <= 8 else ""  # noqa: PLR2004
