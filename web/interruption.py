"""Interruptions (登录中断): nobody is signed in, a form of another session, more bytes than may come."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from web.body_limit import BodyTooLarge
from web.desk import desk_of
from web.error import Problem, answer, wants_json
from web.form import FormInterrupted
from web.login import interrupted
from web.visitor import SignInNeeded


def install(app: FastAPI) -> None:
    """Have every interruption of the application answered here."""
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(FormInterrupted, _interrupted)
    app.add_exception_handler(BodyTooLarge, _too_large)


def _sign_in(request: Request, _: Exception) -> Response:
    if wants_json(request):
        return answer(request, Problem(401, "sign_in_needed", "请先登录。"))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(path, safe='')}" if path != "/" else "/login", 303)


async def _interrupted(request: Request, error: Exception) -> Response:
    assert isinstance(error, FormInterrupted)  # noqa: S101 - registered for nothing else
    return await run_in_threadpool(interrupted, request, desk_of(request).office, error)


def _too_large(request: Request, _: Exception) -> Response:
    most = desk_of(request).settings.max_document_mb
    detail = f"提交的内容超过上限（单个材料 {most} MB，文字表单 1 MB），没有保存。请压缩或拆分后再提交。"
    return answer(request, Problem(413, "body_too_large", detail))
