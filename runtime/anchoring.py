"""Anchoring (锚定): an anchor taken, and handed out every way the settings name; what fails is tried again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from notifications.provider import Provider
from runtime.anchor_key import key_file
from runtime.office import Office
from runtime.settings import Settings
from services.anchor import Taken, is_due, signed, take_anchor
from services.anchor_handout import Way, handed, mail, waiting
from services.anchor_statement import AnchorUnreadable, SignedAnchor, read_anchor
from services.atomic_file import write_atomically
from states.exceptions import JiugaiError, Kind

FILE_LIMIT = 64 * 1024
"""No anchor is larger (bytes)."""


class HandoutFailed(JiugaiError):
    """An anchor was taken but did not leave this machine every way it should."""

    code = "handout_failed"
    kind = Kind.failure
    zh = "第 {number} 号锚点已生成，但没有全部交存：{problems}。下次锚定时自动补交；请系统管理员检查设置。"
    en = "Anchor {number} was taken, but not handed out everywhere: {problems}. It is tried again with the next one."


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchoring did: the newest anchor, where anchors went to, and what went wrong on the way."""

    taken: Taken
    places: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def require_handed(self) -> None:
        """Raise HandoutFailed where an anchor has not left the machine."""
        if self.problems:
            raise HandoutFailed(number=self.taken.anchor.statement.number, problems="；".join(self.problems))


def anchoring_is_due(at: Office, now: datetime) -> bool:
    """Whether the scheduled anchor is due; reads only."""
    with at.database.read() as session:
        return is_due(session, minutes=at.settings.anchor_minutes, now=now)


def anchor_record(at: Office, *, taken_by: str, now: datetime) -> Anchored:
    """Take an anchor where something is new, then hand out whatever has not left yet.

    Raises AnchorKeyUnusable, TreeDamaged, AlgorithmUnavailable: then nothing was written.
    """
    signer, problems = key_file(at.settings), []
    with at.database.write() as session:
        taken = take_anchor(session, at.city, signer, taken_by=taken_by, now=now, algorithm=at.settings.audit_algorithm)
        if taken.is_daily:
            mailed = mail(session, at.city, taken.anchor, _receivers(at.settings), now=now)
            problems += [f"没有账号为“{login}”的在岗人员" for login in mailed.unknown]
    places: list[str] = []
    for way, hand in _ways(at.settings):
        try:
            places += _hand_out(at, way, hand, now)
        except JiugaiError as problem:
            problems.append(problem.text("zh").rstrip("。"))
    return Anchored(taken, tuple(places), tuple(problems))


Hand = Callable[[SignedAnchor], str]


def _hand_out(at: Office, way: Way, hand: Hand, now: datetime) -> list[str]:
    with at.database.read() as session:
        rows = waiting(session, way)
    places = []
    for row in rows:
        place = hand(signed(row))
        with at.database.write() as session:
            handed(session, row.number, way, place, now=now)
        places.append(place)
    return places


def _ways(settings: Settings) -> list[tuple[Way, Hand]]:
    ways: list[tuple[Way, Hand]] = [(Way.file, partial(_to_file, anchor_folder(settings)))]
    if settings.anchor_webhook_url:
        ways.append((Way.webhook, partial(_to_webhook, settings)))
    return ways


def anchor_folder(settings: Settings) -> Path:
    """Where anchors are written to."""
    return settings.anchor_folder or settings.home / "anchors"


def file_name(anchor: SignedAnchor) -> str:
    """The name of an anchor's file: `anchor-000012-20260302T010000Z.json`."""
    return f"anchor-{anchor.statement.number:06d}-{anchor.statement.taken_at:%Y%m%dT%H%M%SZ}.json"


def anchor_file(anchor: SignedAnchor) -> bytes:
    """The file's content: the anchor as JSON, readable, ending in a line feed."""
    return (json.dumps(anchor.as_dict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _to_file(folder: Path, anchor: SignedAnchor) -> str:
    path = folder / file_name(anchor)
    if not path.exists():  # a keeper's storage may refuse to have a file written twice
        write_atomically(path, anchor_file(anchor))
    return str(path)


def _to_webhook(settings: Settings, anchor: SignedAnchor) -> str:
    assert settings.anchor_webhook_url is not None  # noqa: S101 - only then is it one of the ways
    url = settings.anchor_webhook_url
    timeout, ca_file = settings.channel_timeout_seconds, settings.channel_ca_file
    provider = Provider("anchor_webhook", (url,), timeout_seconds=timeout, ca_file=ca_file)
    answer = provider.post_json(url.get_secret_value(), anchor.as_dict())
    if not answer.is_success:
        raise provider.failure(f"HTTP {answer.status}", "没有收下锚点", retryable=True)
    return f"webhook HTTP {answer.status}"


def _receivers(settings: Settings) -> list[str]:
    return [login.strip() for login in settings.anchor_receivers.split(",") if login.strip()]


@dataclass(frozen=True, slots=True)
class Kept:
    """The anchors in the folder they are handed out to, and the names of its files that are none."""

    anchors: tuple[SignedAnchor, ...]
    damaged: tuple[str, ...]


def kept_anchors(settings: Settings) -> Kept:
    """Every anchor in the folder, by name; the database is held against them."""
    folder, anchors, damaged = anchor_folder(settings), [], []
    for path in sorted(folder.glob("anchor-*.json")):
        try:
            anchors.append(read_file(path))
        except AnchorUnreadable:
            damaged.append(path.name)
    return Kept(tuple(anchors), tuple(damaged))


def read_file(path: Path) -> SignedAnchor:
    """The anchor in a file: as it was handed out, or its short code. Raises AnchorUnreadable, OSError."""
    with path.open("rb") as file:
        raw = file.read(FILE_LIMIT + 1)
    if len(raw) > FILE_LIMIT:
        raise AnchorUnreadable(file=path.name, problem="文件过大")
    return read_anchor(raw.decode("utf-8-sig", errors="replace"), file=path.name)


def own_key(settings: Settings) -> str | None:
    """The public key (base64) this installation signs with; None as long as it has none. Raises AnchorKeyUnusable."""
    found = key_file(settings)
    return base64.b64encode(found.public).decode() if found.path.exists() else None
