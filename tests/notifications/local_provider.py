"""A provider on this machine (本机服务商): a real HTTP server that answers as told and keeps what it heard."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """One answer; `reset` hangs up instead, `drip` sends a byte at a time for ever, `wait` seconds go by first."""

    body: object = b""
    status: int = 200
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = 0
    reset: bool = False
    drip: bool = False

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Heard:
    """One request as it came over the wire: `target` is not decoded."""

    method: str
    target: str
    headers: dict[str, str]
    raw: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def raw_query(self) -> str:
        return urlsplit(self.target).query

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.raw_query, keep_blank_values=True).items()}

    @property
    def json(self):
        return json.loads(self.raw)


@dataclass
class LocalProvider:
    """Answers the next of `replies`, the last of them again and again; `paths` answer before that."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    paths: dict[str, list[Reply]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def answers(self, *replies: object) -> None:
        self.replies = [one if isinstance(one, Reply) else Reply(one) for one in replies]

    def reply_to(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        queue = self.paths.get(heard.path, self.replies)
        return queue.pop(0) if len(queue) > 1 else queue[0]


class _Handler(BaseHTTPRequestHandler):
    provider: LocalProvider

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.provider.reply_to(Heard(self.command, self.path, headers, raw))
        self.provider.closing.wait(reply.wait)
        with suppress(OSError):
            self._hang_up() if reply.reset else self._answer(reply)

    do_GET = do_POST

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.raw)
        while reply.drip and not self.provider.closing.wait(0.05):
            self.wfile.write(b" ")

    def _hang_up(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read `heard`."""


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    provider = LocalProvider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = False
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            provider.closing.set()
            server.shutdown()
            thread.join()
