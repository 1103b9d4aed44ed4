"""Phrases of supervision in the history (督查用语)."""

from __future__ import annotations

from states.label import Label

SUPERVISION_PHRASES = {
    "order_issued": Label("签发督办单", "supervision order issued"),
    "order_received": Label("签收督办单", "order received"),
    "order_taken_in_hand": Label("督办整改", "order taken in hand"),
    "order_replied": Label("反馈督办单", "order replied to"),
    "order_sent_back": Label("退回督办反馈", "reply to the order sent back"),
    "order_accepted": Label("认可督办反馈", "reply to the order accepted"),
    "order_closed": Label("督办单销号", "order closed"),
    "order_withdrawn": Label("撤回督办单", "order withdrawn"),
    "order_superseded": Label("督办单由上一级接替", "order superseded"),
    "order_overturned": Label("督办单复核撤销", "order overturned"),
    "circular_issued": Label("通报", "circular issued"),
    "contest_filed": Label("申请复核", "contest filed"),
    "contest_decided": Label("复核决定", "contest decided"),
    "alert_acknowledged": Label("预警已知悉", "alert acknowledged"),
    "alert_snoozed": Label("推迟预警", "alert snoozed"),
}
"""By the action of the entry."""

SHOWN = ("order", "circular", "matter", "effect", "until")
"""What the history shows of such an entry, in this order."""
