"""Anchors (锚点): the root over all entries, signed and chained, so that even the loss of the newest entries shows."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditLeaf, AuditTree
from models.audit import AuditEntry
from services.anchor_statement import SignedAnchor, Signer, Statement, anchor_of, sign
from services.anchor_tree import grow, hold_tree, stored_tree
from services.audit_digest import SHA256
from services.city import City
from services.merkle import Tree
from states.exceptions import JiugaiError, Kind


class AnchorMissing(JiugaiError):
    """No anchor of that number, or none at all."""

    code = "anchor_missing"
    kind = Kind.missing
    zh = "没有第 {number} 号锚点。请用 jiugai audit anchors 查看已有锚点，或用 jiugai audit anchor 新建。"
    en = "There is no anchor {number}. See `jiugai audit anchors`, or take one with `jiugai audit anchor`."


@dataclass(frozen=True, slots=True)
class Taken:
    """The newest anchor, and whether it is new: where nothing has been written since, none is taken."""

    anchor: SignedAnchor
    is_new: bool
    is_daily: bool


def take_anchor(
    session: Session, city: City, signer: Signer, *, taken_by: str, now: datetime, algorithm: str = SHA256
) -> Taken:
    """Give every entry its place and sign the root; returns the newest anchor as it is where no entry is new.

    `algorithm` is what a tree begins with; one that has begun keeps its own. An anchor is no entry itself: it is
    chained, signed and handed out instead. Raises TreeDamaged, AlgorithmUnavailable.
    """
    tree = hold_tree(session, algorithm=algorithm, now=now)
    frontier = grow(session, tree)
    last = newest(session)
    if last is not None and last.size == frontier.size:
        return Taken(signed(last), is_new=False, is_daily=False)
    statement = Statement(
        system=tree.system,
        number=last.number + 1 if last else 1,
        size=frontier.size,
        root=frontier.root().hex(),
        algorithm=tree.algorithm,
        taken_at=now,
        previous=last.hash if last else "",
        key=b64encode(signer.public).decode(),
    )
    anchor = sign(statement, signer)
    daily = last is None or city.day(last.taken_at) != city.day(now)
    session.add(_row(session, anchor, taken_by=taken_by, daily=daily))
    session.flush()
    return Taken(anchor, is_new=True, is_daily=daily)


def _row(session: Session, anchor: SignedAnchor, *, taken_by: str, daily: bool) -> AuditAnchor:
    said = anchor.statement
    return AuditAnchor(
        number=said.number,
        size=said.size,
        root=said.root,
        taken_at=said.taken_at,
        taken_by=taken_by,
        daily=daily,
        last_entry=session.scalar(select(func.max(AuditLeaf.entry_id))) or 0,
        statement=said.text,
        hash=said.hash,
        signature=anchor.signature,
    )


def newest(session: Session) -> AuditAnchor | None:
    """The newest anchor's row; None where none has been taken."""
    return session.scalar(select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(1))


def find_anchor(session: Session, number: int | None = None) -> AuditAnchor:
    """One anchor's row, the newest by default. Raises AnchorMissing."""
    found = newest(session) if number is None else session.get(AuditAnchor, number)
    if found is None:
        raise AnchorMissing(number=1 if number is None else number)
    return found


def list_anchors(session: Session, *, limit: int | None = None) -> Sequence[AuditAnchor]:
    """The newest `limit` anchors, newest first."""
    return session.scalars(select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(limit)).all()


def signed(row: AuditAnchor) -> SignedAnchor:
    """The anchor of a row, as it was signed. Raises KeyError, TypeError and ValueError for a row made unreadable."""
    return anchor_of({**json.loads(row.statement), "signature": row.signature})


def tree_under(session: Session, anchor: AuditAnchor) -> Tree:
    """The stored tree an anchor was taken of."""
    return stored_tree(session, tree_row(session).algorithm, anchor.size)


def tree_row(session: Session) -> AuditTree:
    """The tree's own row. Raises AnchorMissing where none has begun."""
    found = session.get(AuditTree, 1)
    if found is None:
        raise AnchorMissing(number=1)
    return found


def is_due(session: Session, *, minutes: int, now: datetime) -> bool:
    """Whether the scheduled anchor is due: `minutes` after the newest, and something has been written since.

    The first one waits for the first project: a demonstration city is built into an empty register, and in the past.
    """
    last = newest(session)
    if last is None:
        return session.scalar(select(AuditEntry.id).where(AuditEntry.subject == "project").limit(1)) is not None
    newer = session.scalar(select(AuditEntry.id).where(AuditEntry.id > last.last_entry).limit(1)) is not None
    return newer and (now - last.taken_at).total_seconds() >= minutes * 60
