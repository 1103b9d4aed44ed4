"""Errors (出错页面): what went wrong and what to do, as a page, or as a problem (RFC 9457) where JSON is asked for."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from states.exceptions import JiugaiError, Kind
from states.refusal import MoveRefused
from web.page import render
from web.security import secure

LOG = logging.getLogger("jiugai.web")

STATUS = {
    Kind.missing: HTTPStatus.NOT_FOUND,
    Kind.conflict: HTTPStatus.CONFLICT,
    Kind.refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.invalid: HTTPStatus.BAD_REQUEST,
    Kind.forbidden: HTTPStatus.FORBIDDEN,
    Kind.failure: HTTPStatus.SERVICE_UNAVAILABLE,
}
TITLES = {
    400: "填写有误",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种访问方式",
    413: "内容太大",
    409: "与现状冲突",
    422: "条件尚未满足",
    500: "程序出错",
    503: "暂时不可用",
}
_LAST_CLIENT_ERROR = 499
WORDS = {
    "project_missing": (
        "没有编号为“{project}”的项目，或不在您的可见范围内。请核对编号，或在下面按名称查找；若刚导入，请看导入结果。"
    ),
    "task_missing": "没有编号为 {task} 的审查任务，或不在您的可见范围内。请从“我的待办”进入。",
    "project_changed": "“{project}”刚被他人更新，本次操作未生效。请刷新页面，确认后再办。",
}
"""By code: what a page says where the error's own words send people to the command line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error page shows; `sought` is what somebody was looking for, to search for it again."""

    status: int
    code: str
    detail: str
    reasons: tuple[str, ...] = ()
    sought: str = ""

    @property
    def title(self) -> str:
        """The kind of problem in words."""
        return TITLES.get(self.status, "出错了")


def install(app: FastAPI) -> None:
    """Have every error of the application answered here."""
    app.add_exception_handler(JiugaiError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, JiugaiError)  # noqa: S101 - registered for nothing else
    reasons = tuple(refusal.text() for refusal in error.refusals) if isinstance(error, MoveRefused) else ()
    sought = str(error.data.get("project", "")) if error.kind is Kind.missing else ""
    status = STATUS[error.kind]
    detail = WORDS[error.code].format(**error.data) if error.code in WORDS else error.text()
    if status > _LAST_CLIENT_ERROR:
        LOG.error("%s: %s", error.code, error.text())
    return answer(request, Problem(status, error.code, detail, reasons, sought))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    words = {404: "这个网址没有对应的页面，可能输入有误，或页面已移走。", 405: "请从页面上的链接或按钮进入。"}
    response = answer(request, Problem(error.status_code, "http", words.get(error.status_code, str(error.detail))))
    response.headers.update(error.headers or {})
    return response


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    wrong = "、".join(f"{found['loc'][-1]}={found.get('input', '')}" for found in error.errors())
    return answer(request, Problem(400, "parameter_invalid", f"网址里的参数不对：{wrong}。请改用页面上的筛选与翻页。"))


def _unexpected(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    LOG.error("故障编号 %s：%s %s", number, request.method, request.url.path, exc_info=error)
    detail = f"本次操作没有完成，数据没有改动。请稍后重试；如仍出现，请把故障编号 {number} 告诉系统管理员。"
    response = answer(request, Problem(500, "unexpected", detail))
    secure(response.headers)  # this answer is made outside the middleware
    return response


def answer(request: Request, problem: Problem) -> Response:
    """The problem as a page, or as JSON where the request asks for JSON and not for a page."""
    if wants_json(request):
        content: dict[str, Any] = {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "code": problem.code,
        }
        if problem.reasons:
            content["reasons"] = problem.reasons
        return JSONResponse(content, problem.status, media_type="application/problem+json")
    return render(request, "error.html", status=problem.status, problem=problem)


def wants_json(request: Request) -> bool:
    """Whether the request takes JSON but names no HTML."""
    accept = request.headers.get("accept", "")
    return "json" in accept and "html" not in accept
