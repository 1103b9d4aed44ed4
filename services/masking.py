"""Personal data as lists show it (脱敏): enough to recognise somebody known, not enough to learn who a stranger is."""

from __future__ import annotations

_HEAD, _TAIL = 3, 4
_SHORT = 7


def masked_name(name: str | None) -> str:
    """张建国 as 张**; empty for nobody."""
    return f"{name[0]}{'*' * max(len(name) - 1, 1)}" if name else ""


def masked_phone(phone: str | None) -> str:
    """13800138000 as 138****8000; a short number keeps only its last two digits."""
    if not phone:
        return ""
    if len(phone) <= _SHORT:
        return f"{'*' * max(len(phone) - 2, 1)}{phone[-2:]}"
    return f"{phone[:_HEAD]}{'*' * (len(phone) - _HEAD - _TAIL)}{phone[-_TAIL:]}"
