"""Anchors checked as such (锚点自身校验): their chain and signatures, and those that come out of other hands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditTree
from services.anchor import signed
from services.anchor_statement import SignedAnchor
from services.audit_chain import Break

ANCHOR = "anchor"
"""What stands for the subject of a break that is an anchor's."""


def check_anchors(session: Session, *, key: str | None = None) -> Iterator[Break]:
    """Every break in the chain of the anchors themselves. `key` is the public key (base64) of this installation."""
    previous, number, last = "", 0, None
    tree = session.get(AuditTree, 1)
    for row in session.scalars(select(AuditAnchor).order_by(AuditAnchor.number)):
        problem = f"缺少第 {number + 1} 号锚点" if row.number != number + 1 else _row_problem(row, previous)
        if not problem and tree is not None and signed(row).statement.system != tree.system:
            problem = "是另一系统的锚点"
        if problem:
            yield Break(ANCHOR, str(row.number), row.number, problem)
        previous, number, last = row.hash, row.number, row
    if last is not None and key is not None and _key_of(last) not in ("", key):
        yield Break(ANCHOR, str(last.number), last.number, "不是用本机的签名密钥签署的")


def _row_problem(row: AuditAnchor, previous: str) -> str:
    try:
        anchor = signed(row)
    except (KeyError, TypeError, ValueError):
        return "锚点内容无法读取"
    said = anchor.statement
    if (said.number, said.size, said.root, said.taken_at) != (row.number, row.size, row.root, row.taken_at):
        return "锚点内容与登记不符"
    if said.text != row.statement or said.hash != row.hash:
        return "锚点内容与哈希不符"
    if said.previous != previous:
        return "与上一个锚点的哈希不衔接"
    return "" if anchor.is_signed else "签名不符，锚点被改动"


def _key_of(row: AuditAnchor) -> str:
    try:
        return signed(row).statement.key
    except (KeyError, TypeError, ValueError):
        return ""


def check_handed(session: Session, handed: Sequence[SignedAnchor], *, key: str | None = None) -> Iterator[Break]:
    """What is wrong with anchors out of other hands as such: of another system, changed, not signed by us, not known.

    Their roots are held against the entries by `check_tree`.
    """
    tree = session.get(AuditTree, 1)
    keys = {_key_of(row) for row in session.scalars(select(AuditAnchor))} | {key}
    for one in handed:
        problem = _handed_problem(session, one, tree, keys)
        if problem:
            yield Break(ANCHOR, str(one.statement.number), one.statement.number, problem)


def _handed_problem(session: Session, one: SignedAnchor, tree: AuditTree | None, keys: set[str | None]) -> str:
    said = one.statement
    if tree is None or said.system != tree.system:
        return f"是另一系统（{said.system[:8]}…）的锚点，不是本系统的"
    if not one.is_signed:
        return "签名不符，锚点文件被改动"
    if said.key not in keys:
        return "不是用本系统的签名密钥签署的"
    row = session.get(AuditAnchor, said.number)
    if row is None:
        return "交出过的这个锚点，库中已经没有"
    return "" if row.hash == said.hash else "与库中同号的锚点不同，库中的历史被改写"
