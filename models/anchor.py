"""Anchors (锚点): the Merkle tree over all entries, its signed roots, and to whom they were handed out.

All of it is only added to, by services.tree, services.anchor and services.handout; triggers refuse UPDATE and DELETE.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditTree(Base):
    """This record's tree (`id` is 1): `system` is a random name by which an anchor of another one is recognised."""

    __tablename__ = "audit_tree"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    system: Mapped[str] = mapped_column(String(32))
    algorithm: Mapped[str] = mapped_column(String(20))
    begun_at: Mapped[datetime]


class AuditLeaf(Base):
    """The place of an entry in the tree, from 0 on, with a copy of its name and hash: so that a lost one is named."""

    __tablename__ = "audit_leaf"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        Index("ix_audit_leaf_subject", "subject", "subject_id"),
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(128))


class AuditNode(Base):
    """The hash of a complete subtree of services.tree.CHUNK leaves or more, so that no proof reads them all."""

    __tablename__ = "audit_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(128))


class AuditAnchor(Base):
    """One signed root over the first `size` entries. `statement` is what is signed, `hash` its hash.

    `number` counts from 1; `last_entry` is the highest id of an entry in the tree; `daily` marks the first of a day.
    """

    __tablename__ = "audit_anchor"
    __table_args__ = (UniqueConstraint("hash"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    root: Mapped[str] = mapped_column(String(128))
    taken_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(120))
    daily: Mapped[bool]
    last_entry: Mapped[int]
    statement: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(128))
    signature: Mapped[str] = mapped_column(String(100))


class AuditHandout(Base):
    """That an anchor was handed out one way (`file`, `mail`, `webhook`), and where to."""

    __tablename__ = "audit_handout"
    __table_args__ = (UniqueConstraint("anchor", "way"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    anchor: Mapped[int]
    way: Mapped[str] = mapped_column(String(20))
    place: Mapped[str]
    handed_at: Mapped[datetime]
