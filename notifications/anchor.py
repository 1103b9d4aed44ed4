"""The message that hands an anchor to supervisors (锚点交存)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime

from notifications.base import Message


@dataclass(frozen=True, kw_only=True)
class AnchorTaken(Message):
    """For supervisors, to be kept: `code` is the whole signed anchor over `size` entries with the root `root`."""

    kind = "anchor_taken"
    label = "留痕锚点"
    mandatory = True
    when = "每天首次锚定留痕时"
    to = "设置中指定的督查人员（JIUGAI_ANCHOR_RECEIVERS）"

    number: int
    size: int
    root: str
    taken_at: AwareDatetime
    code: str
