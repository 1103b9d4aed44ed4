"""The tree over all entries (留痕树): every entry gets its place once, in one transaction, whatever order they came in.

Entries are committed in another order than they were numbered (PostgreSQL), so a leaf's place is not the entry's id:
it is given under a lock to whatever entry has none yet. See docs/decisions/0014.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, func, insert, literal, select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditLeaf, AuditNode, AuditTree
from models.audit import AuditEntry
from services.audit_digest import hasher
from services.merkle import Frontier, Tree, leaf_hash, node_hash, peaks_of
from states.exceptions import JiugaiError, Kind

CHUNK_LEVEL = 8
CHUNK = 1 << CHUNK_LEVEL
"""Leaves of the smallest subtree whose hash is stored; what is below is made from the leaves again."""
SETTLED = timedelta(days=1)
"""No transaction lives so long."""
_BATCH = 5000


class TreeDamaged(JiugaiError):
    """A leaf or a node that has to be there is not."""

    code = "tree_damaged"
    kind = Kind.failure
    zh = "留痕树不完整：缺少{what}。没有写入任何内容。请执行 jiugai audit verify 查明，并立即报告审计管理员。"
    en = "The tree over the audit trail is damaged: {what} is missing. Nothing was written. Run `jiugai audit verify`."


def hold_tree(session: Session, *, algorithm: str, now: datetime) -> AuditTree:
    """The tree's own row, locked until the transaction ends; begun with `algorithm` where there is none yet."""
    tree = session.get(AuditTree, 1, with_for_update=True)
    if tree is None:
        tree = AuditTree(id=1, system=secrets.token_hex(16), algorithm=algorithm, begun_at=now)
        session.add(tree)
        session.flush()  # of two that begin it at once the second fails whole
    return tree


def grow(session: Session, tree: AuditTree) -> Frontier:
    """Give every entry without a place the next one and store the subtrees that become complete.

    The caller holds the tree. Reads the new entries and at most CHUNK leaves before them. Raises TreeDamaged.
    """
    size = leaf_count(session)
    _give_places(session, size)
    frontier = frontier_at(session, tree.algorithm, size - size % CHUNK)
    made: list[dict[str, object]] = []
    for hash_ in _hashes(session, frontier.size):
        for level, number, node in frontier.append(leaf_hash(frontier.hashed, bytes.fromhex(hash_))):
            if level >= CHUNK_LEVEL:
                made.append({"level": level, "number": number, "hash": node.hex()})
    if made:
        session.execute(insert(cast(Table, AuditNode.__table__)), made)
    return frontier


def leaf_count(session: Session) -> int:
    """How many entries have a place."""
    return (session.scalar(select(func.max(AuditLeaf.position))) or 0) + 1 if _has_leaves(session) else 0


def _has_leaves(session: Session) -> bool:
    return session.scalar(select(AuditLeaf.position).limit(1)) is not None


def _give_places(session: Session, size: int) -> None:
    settled = _settled(session)
    place = literal(size - 1) + func.row_number().over(order_by=AuditEntry.id)
    new = select(place, AuditEntry.id, AuditEntry.subject, AuditEntry.subject_id, AuditEntry.seq, AuditEntry.hash)
    new = new.where(AuditEntry.id > settled, ~select(AuditLeaf).where(AuditLeaf.entry_id == AuditEntry.id).exists())
    columns = ["position", "entry_id", "subject", "subject_id", "seq", "hash"]
    session.execute(insert(AuditLeaf).from_select(columns, new.order_by(AuditEntry.id)))


def _settled(session: Session) -> int:
    """The highest id below which every entry has a place: what was under way at one anchor had ended by a later one."""
    last = select(AuditAnchor.taken_at).order_by(AuditAnchor.number.desc()).limit(1)
    newest = session.scalar(last)
    if newest is None:
        return 0
    older = select(AuditAnchor.last_entry).where(AuditAnchor.taken_at <= newest - SETTLED)
    return session.scalar(older.order_by(AuditAnchor.number.desc()).limit(1)) or 0


def _hashes(session: Session, start: int) -> Iterable[str]:
    query = select(AuditLeaf.hash).where(AuditLeaf.position >= start).order_by(AuditLeaf.position)
    return session.scalars(query.execution_options(yield_per=_BATCH))


def frontier_at(session: Session, algorithm: str, size: int) -> Frontier:
    """The stored tree as it was with `size` leaves, ready to grow on. Raises TreeDamaged."""
    tree = stored_tree(session, algorithm, size)
    return Frontier(tree.hashed, size, [tree.complete(level, number) for level, number in peaks_of(size)])


def stored_tree(session: Session, algorithm: str, size: int) -> Tree:
    """The tree over the first `size` leaves, read as it is needed. Its `complete` raises TreeDamaged."""
    return Tree(hasher(algorithm), _Stored(session, algorithm).complete, size)


class _Stored:
    """Complete subtrees out of the database, each read or made once."""

    def __init__(self, session: Session, algorithm: str) -> None:
        self._session, self._hashed = session, hasher(algorithm)
        self._known: dict[tuple[int, int], bytes] = {}

    def complete(self, level: int, number: int) -> bytes:
        if (level, number) not in self._known:
            if level >= CHUNK_LEVEL:
                self._known[level, number] = self._node(level, number)
            else:
                self._read_chunk((number << level) >> CHUNK_LEVEL)
        if (level, number) not in self._known:
            raise TreeDamaged(what=f"第 {(number << level) + 1} 片叶起的记录")
        return self._known[level, number]

    def _node(self, level: int, number: int) -> bytes:
        found = self._session.get(AuditNode, (level, number))
        if found is None:
            raise TreeDamaged(what=f"第 {level} 层第 {number} 个节点")
        return bytes.fromhex(found.hash)

    def _read_chunk(self, chunk: int) -> None:
        start = chunk << CHUNK_LEVEL
        query = select(AuditLeaf.position, AuditLeaf.hash)
        query = query.where(AuditLeaf.position >= start, AuditLeaf.position < start + CHUNK)
        for position, hash_ in self._session.execute(query):
            self._known[0, position] = leaf_hash(self._hashed, bytes.fromhex(hash_))
        for level in range(1, CHUNK_LEVEL):
            first = start >> level
            for number in range(first, first + (CHUNK >> level)):
                left, right = self._known.get((level - 1, number * 2)), self._known.get((level - 1, number * 2 + 1))
                if left is not None and right is not None:
                    self._known[level, number] = node_hash(self._hashed, left, right)
