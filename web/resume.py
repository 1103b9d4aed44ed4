"""A form shown again (继续填写): what somebody had typed before they had to sign in, to be checked and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from web.form import new_request_id
from web.page import render

WORDS = {
    "reason": "理由",
    "opinion": "意见",
    "reasons": "意见理由",
    "conditions": "附加条件",
    "late": "补录理由",
}
_MACHINE = ("request_id", "trigger", "kind", "opinion", "next")
_ACTS = {
    "advance": "办理",
    "facts": "保存填报",
    "documents": "提交材料",
    "claim": "签收",
    "answer": "提交意见",
    "withdraw": "撤回意见",
}
BECAUSE = {
    "expired": "登录曾中断，现已重新登录。下面是您刚才填写的内容，还没有提交；请核对后提交。",
    "stale": "这张表单是上一次登录时打开的，没有提交。下面是您填写的内容；请核对后提交。",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field as it was sent; `shown` when a person typed it."""

    name: str
    label: str
    text: str
    shown: bool


def resume(
    request: Request, path: str, fields: Mapping[str, str], form_token: str, *, because: str, status: int = 200
) -> Response:
    """The fields of a form for `path`, to be sent again by whoever is signed in now."""
    fields = {"request_id": new_request_id(), **fields}
    lines = [_line(name, text) for name, text in fields.items()]
    act, back = _ACTS.get(path.rpartition("/")[2], "提交"), path.rpartition("/")[0]
    return render(
        request, "resume.html", status=status, target=path, lines=lines, token=form_token, because=BECAUSE[because],
        act=act, back=back, has_file=path.endswith("/documents"),
    )  # fmt: skip


def _line(name: str, text: str) -> Line:
    label = WORDS.get(name) or name.removeprefix("fact_")
    return Line(name, label, text, bool(text) and name not in _MACHINE)
