"""Anchors checked (锚点校验): the tree made again from the entries, and held against every anchor there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Label, literal_column, select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditLeaf, AuditNode, AuditTree
from models.audit import AuditEntry
from services.anchor_chain import ANCHOR
from services.anchor_statement import SignedAnchor
from services.anchor_tree import CHUNK_LEVEL, TreeDamaged, frontier_at
from services.audit_chain import STEP, Break, Report, moment, unwatched
from services.merkle import Frontier, leaf_hash

SLACK = timedelta(hours=1)
"""An entry may reach its place so long after it was written: a transaction that waits, machines whose clocks differ."""
TREE = "tree"
"""What stands for the subject of a break that is the tree's."""


def check_tree(
    session: Session, *, handed: Sequence[SignedAnchor] = (), since: int = 0, report: Report = unwatched
) -> Iterator[Break]:
    """Every break of places, subtrees and roots, in order.

    `handed` are anchors out of other hands, whose roots are made again like those of our own. The tree is taken as
    stored up to `since` entries and made from the entries from there on.
    """
    tree = session.get(AuditTree, 1)
    if tree is None:
        return
    try:
        frontier = frontier_at(session, tree.algorithm, since)
    except TreeDamaged as damaged:
        yield Break(TREE, tree.system, since, damaged.text("zh"))
        return
    roots = _Roots(_heads(session, handed), frontier)
    walk = _Walk(session, frontier, roots, _nodes(session))
    yield from roots.reached()
    for rows in _leaves(session, since):
        for row in rows:
            yield from walk.step(row)
        report(len(rows))
    yield from roots.never_reached()
    yield from walk.without_place()


def _heads(session: Session, handed: Sequence[SignedAnchor]) -> list[Head]:
    own = session.execute(select(AuditAnchor.number, AuditAnchor.size, AuditAnchor.root, AuditAnchor.taken_at)).all()
    heads = [Head(row.size, row.number, row.root, row.taken_at) for row in own]
    given = [one.statement for one in handed]
    heads += [Head(s.size, s.number, s.root, s.taken_at) for s in given]
    return sorted(set(heads), key=lambda head: (head.size, head.number))


@dataclass(frozen=True)
class Head:
    """What one anchor says: after `size` entries the root was `root`."""

    size: int
    number: int
    root: str
    taken_at: datetime

    @cached_property
    def _text(self) -> str:
        return f"{self.taken_at - SLACK:%Y-%m-%d %H:%M:%S.%f}"

    def is_after(self, recorded_at: object) -> bool:
        """Whether an entry was written before the anchor was taken, by more than SLACK."""
        if isinstance(recorded_at, str):  # SQLite's text compares as the instants do
            return recorded_at < self._text
        found = moment(recorded_at)
        return found is not None and found < self.taken_at - SLACK


@dataclass
class _Roots:
    """The anchors in the order of their sizes, each held against the growing tree when it is that long."""

    heads: list[Head]
    frontier: Frontier
    next: int = 0
    held: Head | None = None
    broken: bool = False
    floor: Head | None = None
    """The anchor that has been passed: what comes now was written after it."""
    upcoming: int | None = None
    """How long the tree is when the next anchor is held against it."""

    def __post_init__(self) -> None:
        while self.next < len(self.heads) and self.heads[self.next].size < self.frontier.size:
            self.next += 1
        self._look_ahead()

    def _look_ahead(self) -> None:
        self.floor = self.heads[self.next - 1] if self.next else None
        self.upcoming = self.heads[self.next].size if self.next < len(self.heads) else None

    def reached(self) -> Iterator[Break]:
        while self.next < len(self.heads) and self.heads[self.next].size == self.frontier.size:
            head, self.next = self.heads[self.next], self.next + 1
            if head.root == self.frontier.root().hex():
                self.held = head
            elif not self.broken:  # every later root is another one, too: the first says where it happened
                self.broken = True
                first = self.held.size + 1 if self.held else 1
                between = f"改动在第 {first} 至 {head.size} 条记录之间"
                yield Break(ANCHOR, str(head.number), head.number, f"根哈希与现有记录不符，{between}")
        self._look_ahead()

    def never_reached(self) -> Iterator[Break]:
        if self.next < len(self.heads):
            last = self.heads[-1]
            there, gone = self.frontier.size, last.size - self.frontier.size
            problem = f"锚定时有 {last.size} 条记录，现在只有 {there} 条：最新的 {gone} 条不见了"
            yield Break(ANCHOR, str(last.number), last.number, problem)


@dataclass
class _Walk:
    """Goes through the leaves in order and holds each against its entry, its subtrees and the anchors."""

    session: Session
    frontier: Frontier
    roots: _Roots
    nodes: dict[tuple[int, int], str]
    gap: bool = False

    def step(self, row: Any) -> list[Break]:  # noqa: ANN401
        position, subject, subject_id, seq, hash_, found, recorded_at = row
        breaks = []
        if position != self.frontier.size and not self.gap:
            self.gap = True  # from here on no number is right any more: said once
            breaks.append(Break(TREE, "leaf", self.frontier.size + 1, f"第 {self.frontier.size + 1} 片叶不见了"))
        problem = "" if found == hash_ else _leaf_problem(found)
        problem = problem or self._clock_problem(recorded_at)
        if problem:
            breaks.append(Break(str(subject), str(subject_id), seq, problem))
        made = self.frontier.append(leaf_hash(self.frontier.hashed, _bytes(hash_)))
        if not self.gap:
            if len(made) >= CHUNK_LEVEL:
                breaks += self._node_breaks(made)
            if self.frontier.size == self.roots.upcoming:
                breaks += self.roots.reached()
        return breaks

    def _node_breaks(self, made: list[tuple[int, int, bytes]]) -> Iterator[Break]:
        for level, number, node in made[CHUNK_LEVEL - 1 :]:
            if self.nodes.get((level, number)) != node.hex():
                yield Break(TREE, "node", number, f"第 {level} 层第 {number} 个节点与记录不符")

    def _clock_problem(self, recorded_at: object) -> str:
        floor = self.roots.floor
        if floor is None or not floor.is_after(recorded_at):
            return ""
        return f"记录时间早于第 {floor.number} 号锚点，而该锚点当时没有它：时钟被回拨，或为事后插入"

    def without_place(self) -> Iterator[Break]:
        """Entries without a place that are older than the newest anchor: it would have given them one."""
        if self.roots.floor is None:
            return
        for row in unanchored(self.session):
            problem = self._clock_problem(row.recorded_at)
            if problem:
                yield Break(str(row.subject), str(row.subject_id), row.seq, problem)


def _leaf_problem(found: object) -> str:
    return "锚定过的这条记录不见了" if found is None else "与锚定时的哈希不符"


def _bytes(hash_: str) -> bytes:
    try:
        return bytes.fromhex(hash_)
    except (TypeError, ValueError):
        return b"?"  # what is no hash any more makes another root


def _nodes(session: Session) -> dict[tuple[int, int], str]:
    return {(row.level, row.number): row.hash for row in session.execute(select(*AuditNode.__table__.columns))}


# untyped: what was made unreadable must not end the verification
_FOUND: Label[Any] = literal_column("audit_entry.hash").label("found")
_RECORDED: Label[Any] = literal_column("audit_entry.recorded_at").label("recorded_at")


def _leaves(session: Session, start: int) -> Iterator[Sequence[Any]]:
    leaf = [column for column in AuditLeaf.__table__.columns if column.name != "entry_id"]
    query = select(*leaf, _FOUND, _RECORDED).outerjoin(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
    query = query.order_by(AuditLeaf.position).limit(STEP)
    connection = session.connection()
    while rows := connection.execute(query.where(AuditLeaf.position >= start)).all():
        yield rows
        start = rows[-1].position + 1


def unanchored(session: Session) -> Sequence[Any]:
    """Every entry that has no place yet, oldest first: subject, subject_id, seq, recorded_at."""
    place = select(AuditLeaf).where(AuditLeaf.entry_id == AuditEntry.id)
    query = select(AuditEntry.subject, AuditEntry.subject_id, AuditEntry.seq, _RECORDED).where(~place.exists())
    return session.execute(query.order_by(AuditEntry.id)).all()
