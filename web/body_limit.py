"""The limit of what a request may bring (请求体上限): refused by its announced length, or while it streams in."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MARGIN = 1 << 20
"""Bytes a form may have: everything that is typed, and what a browser puts around a file."""


class BodyTooLarge(Exception):
    """More bytes came than the request may have; answered with 413."""


class BodyLimit:
    """ASGI middleware: forms of a megabyte; documents up to the city's limit, and only to addresses that take them."""

    def __init__(self, app: ASGIApp, *, document_bytes: int) -> None:
        self.app, self._document_bytes = app, document_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = MARGIN + (self._document_bytes if scope["path"].endswith("/documents") else 0)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit or announced(scope) > limit:
                raise BodyTooLarge
            return message

        await self.app(scope, counted, send)


def announced(scope: Scope) -> int:
    """The length a request says it has; 0 where it says none."""
    found = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(found) if found.isdigit() else 0
