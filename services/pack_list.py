"""Packs in force, by name (已启用的政策包)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pack_version import PackVersion


def active_versions(session: Session) -> dict[str, str]:
    """The version new projects begin under, for every name that has one."""
    rows = session.execute(select(PackVersion.name, PackVersion.version).where(PackVersion.current))
    return {row.name: row.version for row in rows}
