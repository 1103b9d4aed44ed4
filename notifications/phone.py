"""Mobile numbers (手机号) as providers in mainland China take them."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_GAPS = re.compile(r"[\s\-()]")


def mainland_mobile(text: str | None) -> str | None:
    """The eleven digits of a mainland mobile number however it was written down, or None."""
    found = _MOBILE.fullmatch(_GAPS.sub("", text or ""))
    return found[1] if found else None
