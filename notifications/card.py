"""Chat cards (聊天卡片): a letter in the few lines a chat shows, within the bytes its provider takes."""

from __future__ import annotations

import re

from notifications.render import Rendered

MORE = "…详见链接"
_BUTTON = "打开办理"
# What people typed must not become a link, a picture, a heading or a call to everybody (`<@all>`).
_PLAIN = str.maketrans("<>[]*`", "＜＞［］＊｀")
_HEADING = re.compile(r"^(\s*)#", re.MULTILINE)


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` bytes of UTF-8, cut between characters; what is cut ends in `…详见链接`."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    return raw[: limit - len(MORE.encode())].decode(errors="ignore").rstrip() + MORE


def plain(text: str) -> str:
    """Text that every provider's Markdown shows as it is written."""
    return _HEADING.sub(r"\1＃", text.translate(_PLAIN))


def tone(kind: str) -> str:
    """`red` for a breached deadline, `orange` for what warns, else `blue`."""
    return {"deadline_breached": "red", "incident_raised": "red", "deadline_warning": "orange"}.get(kind, "blue")


def lines(rendered: Rendered) -> str:
    """The body of the card without markup; the subject again for a letter that has no card."""
    return rendered.chat or rendered.subject


def markdown(rendered: Rendered, *, limit: int, caller: str = "", link: bool = True) -> str:
    """Subject in bold, who is meant, the lines, the link; at most `limit` bytes, of which the link is never cut."""
    foot = f"\n\n[{_BUTTON}]({_href(rendered.url)})" if link and rendered.url else ""
    head = [f"**{plain(rendered.subject)}**", caller, _breaks(plain(lines(rendered)))]
    return cut("\n\n".join(filter(None, head)), limit - len(foot.encode())) + foot


def _breaks(text: str) -> str:
    """Lines that stay lines in Markdown."""
    return text.replace("\n", "\n\n")


def _href(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")
