"""The application (网页应用): pages, static files, errors and headers put together by one factory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from runtime.office import Office
from runtime.settings import Settings
from web import account, board, error, health, interruption, login, project, project_act, task, todo
from web.body_limit import BodyLimit
from web.desk import Desk
from web.page import STATIC
from web.security import SecurityHeaders

YEAR = 365 * 24 * 3600


class VersionedStatic(StaticFiles):
    """Static files, kept for a year when asked for by their digest."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with how long it may be kept."""
        response = await super().get_response(path, scope)
        versioned = "v" in Request(scope).query_params
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if versioned else "no-cache"
        return response


def create_app(settings: Settings | None = None, office: Office | None = None) -> FastAPI:
    """The application on `settings`, or on an office somebody else has opened and will close.

    FastAPI's own /docs is off: it loads from outside.
    """
    desk = Desk(office.settings if office else settings or Settings(), office)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(title="旧改", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.desk = desk
    app.add_middleware(BodyLimit, document_bytes=desk.settings.max_document_mb * 2**20)
    app.add_middleware(SecurityHeaders)  # added last, it is outermost: its headers are on every answer
    error.install(app)
    interruption.install(app)
    for module in (board, project, project_act, task, todo, account, login, health):
        app.include_router(module.router)
    app.mount("/static", VersionedStatic(directory=STATIC), name="static")
    return app
