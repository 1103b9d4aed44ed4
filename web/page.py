"""Pages (页面): templates rendered strictly, every value escaped, with the words and figures all pages share."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.figure import number, wan
from states.clock import Light
from web.desk import desk_of

HERE = Path(__file__).parent
STATIC = HERE / "static"
_WEEKDAYS = "一二三四五六日"
_KIB = 1024


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """One page. `context` is what the template names; an unknown name is an error, not a blank."""
    settings = desk_of(request).settings
    visitor = getattr(request.state, "visitor", None)
    shared = {"zone": settings.zone, "path": request.url.path, "visitor": visitor}
    return HTMLResponse(_environment().get_template(template).render(**shared, **context), status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "number": number,
        "wan": wan,
        "size": file_size,
        "moment": moment,
        "weekday": weekday,
    }
    environment.globals |= {"static": static_address, "Light": Light}
    return environment


@cache
def static_address(name: str) -> str:
    """The address of a static file, with its digest, so that it may be kept for a year and still change at once."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """A moment in the city's time: 2026-11-20 09:30."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def weekday(day: date) -> str:
    """The day of the week: 星期五."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


def file_size(size: int) -> str:
    """A size in bytes as people read it: 12 KB, 3.4 MB."""
    if size < _KIB:
        return f"{size} B"
    if size < _KIB**2:
        return f"{-(-size // _KIB)} KB"
    tenths = size * 10 // _KIB**2
    return f"{tenths // 10}.{tenths % 10} MB"
