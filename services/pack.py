"""Packs in force (政策启用): activation keeps a frozen copy; a project finds the rules it began under."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.pack_version import PackVersion
from policy.loader import document_from_json
from policy.pack import Pack, PackEntryUnknown
from policy.schema_entry import Labelled
from services.audit import Act, record
from states.exceptions import JiugaiError, Kind
from states.label import Label

_BUILT: dict[str, Pack] = {}


class PackVersionChanged(JiugaiError):
    """The same name and version was activated before with another content."""

    code = "pack_version_changed"
    kind = Kind.conflict
    zh = "政策包 {pack} 启用过，内容与当时不同。在办项目仍按原内容办理；请在 pack.yaml 里改用新的 version 后再启用。"
    en = (
        "Pack {pack} was activated before with other content. Running projects keep that; give pack.yaml a new version."
    )


class PackNotActive(JiugaiError):
    """No pack of that name has been activated."""

    code = "pack_not_active"
    kind = Kind.missing
    zh = "还没有启用名为“{pack}”的政策包。请系统管理员执行 jiugai policy activate {pack}。"
    en = 'No pack named "{pack}" is active. Have an administrator run `jiugai policy activate {pack}`.'


def activate(session: Session, pack: Pack, *, actor: str, source: str, now: datetime) -> PackVersion:
    """Make `pack` the current version of its name; running projects stay where they are. Harmless when repeated.

    The pack must have passed policy.check: the caller has refused one that did not. Raises PackVersionChanged.
    """
    head = pack.document.pack
    found = session.scalar(
        select(PackVersion).where(PackVersion.name == head.name, PackVersion.version == head.version)
    )
    if found is not None and found.digest != pack.digest:
        raise PackVersionChanged(pack=pack.id)
    if found is not None and found.current:
        return found
    session.execute(update(PackVersion).where(PackVersion.name == head.name).values(current=False))
    version = found or _add(session, pack, actor=actor, now=now)
    version.current = True
    session.flush()
    act = Act("pack", pack.id, "activate", actor, source, now, after={"digest": pack.digest}, pack=pack.id)
    record(session, act)
    return version


def _add(session: Session, pack: Pack, *, actor: str, now: datetime) -> PackVersion:
    head = pack.document.pack
    version = PackVersion(
        name=head.name,
        version=head.version,
        digest=pack.digest,
        document=pack.as_json(),
        activated_at=now,
        activated_by=actor,
        current=False,
    )
    session.add(version)
    session.flush()
    return version


def current_version(session: Session, name: str) -> PackVersion:
    """The version new projects of `name` start under. Raises PackNotActive."""
    found = session.scalar(select(PackVersion).where(PackVersion.name == name, PackVersion.current))
    if found is None:
        raise PackNotActive(pack=name)
    return found


def name_in(look_up: Callable[[str], Labelled], code: str) -> Label:
    """A pack's name for a code; a row written under an older pack may name what this one has not: then the code."""
    try:
        return look_up(code).name
    except PackEntryUnknown:
        return Label(code)


def pack_of(version: PackVersion) -> Pack:
    """The pack behind a stored version, built once per process and digest."""
    pack = _BUILT.get(version.digest)
    if pack is None:  # only now is the (deferred) document read from the database
        pack = _BUILT[version.digest] = Pack.from_document(document_from_json(version.document))
    return pack
