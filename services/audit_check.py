"""The audit trail verified (留痕校验): chains, tree, anchors; all of it, one project, or what came since an anchor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditLeaf, AuditTree
from models.audit import AuditEntry
from models.project import Project
from services.anchor import newest, tree_under
from services.anchor_chain import check_anchors, check_handed
from services.anchor_check import check_tree, unanchored
from services.anchor_statement import SignedAnchor
from services.anchor_tree import TreeDamaged
from services.audit_chain import Break, Report, unwatched, verify
from services.merkle import Tree, is_included, leaf_hash
from services.project import find_project

__all__ = ["Against", "Extent", "check", "check_project", "extent", "project_extent"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to verify: chains, entries, anchors, and the entries no anchor has seen yet."""

    chains: int
    entries: int
    anchors: int
    unanchored: int


@dataclass(frozen=True, slots=True)
class Against:
    """What the record is held against beside itself.

    `handed` are anchors out of other hands, `key` the public key (base64) of this installation, `since` the anchor up
    to which the record is known to hold.
    """

    handed: Sequence[SignedAnchor] = ()
    key: str | None = None
    since: SignedAnchor | None = None


def extent(session: Session) -> Extent:
    """What there is of all chains."""
    entries = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    pairs = select(AuditEntry.subject, AuditEntry.subject_id).distinct().subquery()
    chains = session.scalar(select(func.count()).select_from(pairs)) or 0
    anchors = session.scalar(select(func.count()).select_from(AuditAnchor)) or 0
    return Extent(chains, entries, anchors, len(unanchored(session)) if anchors else entries)


def check(session: Session, against: Against, *, report: Report = unwatched) -> Iterator[Break]:
    """Every break of the whole record, or of what came since `against.since`; nothing when all holds.

    Entry by entry first, then projects without history, then places, subtrees, roots and the anchors themselves.
    `report` is told of entries looked at: each one twice, once in its chain and once in the tree.
    """
    size = against.since.statement.size if against.since else None
    handed = [*against.handed, *([against.since] if against.since else [])]
    yield from check_handed(session, handed, key=against.key)
    yield from verify(session, since=size, report=report)
    yield from _without_history(session)
    ours = [one for one in handed if one.statement.system == _system(session)]
    yield from check_tree(session, handed=ours, since=size or 0, report=report)
    yield from check_anchors(session, key=against.key)


def _system(session: Session) -> str:
    tree = session.get(AuditTree, 1)
    return tree.system if tree else ""


def _without_history(session: Session) -> Iterator[Break]:
    """Projects of the register that no entry tells of, and chains whose project is not in the register."""
    told: ColumnElement[bool] = (
        select(AuditEntry.id)
        .where(AuditEntry.subject == "project", AuditEntry.subject_id == Project.code, AuditEntry.seq == 1)
        .exists()
    )
    for code in session.scalars(select(Project.code).where(~told).order_by(Project.code)):
        if not _is_told(session, code):
            yield Break("project", code, 0, "台账里有这个项目，留痕里却一条记录也没有")
    known = select(Project.id).where(Project.code == AuditEntry.subject_id).exists()
    first = select(AuditEntry.subject_id).where(AuditEntry.subject == "project", AuditEntry.seq == 1, ~known)
    for code in session.scalars(first.order_by(AuditEntry.subject_id)):
        yield Break("project", code, 1, "留痕里有这个项目，台账里却没有")


def _is_told(session: Session, code: str) -> bool:
    query = select(AuditEntry.id).where(AuditEntry.subject == "project", AuditEntry.subject_id == code)
    return session.scalar(query.limit(1)) is not None


def project_extent(session: Session, code: str) -> Extent:
    """What there is of one project. Raises ProjectMissing where there is neither a project nor a chain."""
    mine = (AuditEntry.subject == "project", AuditEntry.subject_id == code)
    entries = session.scalar(select(func.count()).select_from(AuditEntry).where(*mine)) or 0
    placed = select(func.count()).select_from(AuditLeaf)
    anchored = session.scalar(placed.where(AuditLeaf.subject == "project", AuditLeaf.subject_id == code)) or 0
    if not entries and not anchored:
        find_project(session, code)
    anchors = session.scalar(select(func.count()).select_from(AuditAnchor)) or 0
    return Extent(1, entries, anchors, max(entries - anchored, 0))


def check_project(session: Session, code: str, *, report: Report = unwatched) -> Iterator[Break]:
    """Every break of one project: its chain, and each of its entries against the newest anchor."""
    yield from verify(session, subject="project", subject_id=code, report=report)
    mine = (AuditLeaf.subject == "project", AuditLeaf.subject_id == code)
    query = select(AuditLeaf, AuditEntry.hash).outerjoin(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
    anchor = newest(session)
    tree = tree_under(session, anchor) if anchor else None
    for leaf, found in session.execute(query.where(*mine).order_by(AuditLeaf.position)):
        if found is None:
            yield Break("project", code, leaf.seq, "锚定过的这条记录不见了")
        elif found != leaf.hash:
            yield Break("project", code, leaf.seq, "与锚定时的哈希不符")
        elif anchor is not None and tree is not None and not _is_anchored(tree, anchor, leaf):
            yield Break("project", code, leaf.seq, f"不在第 {anchor.number} 号锚点之内")


def _is_anchored(tree: Tree, anchor: AuditAnchor, leaf: AuditLeaf) -> bool:
    if leaf.position >= anchor.size:
        return False
    try:
        path = tree.inclusion(leaf.position)
    except TreeDamaged:
        return False
    hashed = leaf_hash(tree.hashed, bytes.fromhex(leaf.hash))
    return is_included(tree.hashed, hashed, leaf.position, anchor.size, path, bytes.fromhex(anchor.root))
