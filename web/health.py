"""Health (运行状况) for those who watch the server: `/healthz`, 200 while the database is usable, else 503."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from runtime.database import open_database
from services.health import health
from states.exceptions import JiugaiError
from web.desk import desk_of

router = APIRouter()


@router.get("/healthz")
def healthz(request: Request) -> JSONResponse:
    """Status, whether the database stands at this version, the outbox's backlog, open incidents.

    Whether Prefect answers is not asked: pages and moves do not need it.
    """
    try:
        office = desk_of(request).office
        open_database(office.database.url).close()  # the version may have changed since the office was opened
        with office.database.read() as session:
            found = health(session, now=office.now())
    except JiugaiError as problem:
        return JSONResponse({"status": "unavailable", "database": {"ok": False, **problem.as_dict()}}, 503)
    content: dict[str, Any] = {
        "status": "ok",
        "database": {"ok": True},
        "outbox": {"backlog": found.backlog, "oldest_seconds": found.oldest_seconds},
        "incidents": found.incidents,
    }
    return JSONResponse(content)
