"""One system per data folder (进程锁): a lock the kernel lets go when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from states.exceptions import JiugaiError, Kind


class AlreadyRunning(JiugaiError):
    """Another `jiugai up` works on the same data."""

    code = "already_running"
    kind = Kind.conflict
    zh = "数据文件夹 {home} 已有一个 jiugai 在运行（进程 {pid}）。请直接打开网页；另起一套请换 JIUGAI_HOME。"
    en = "Another jiugai (process {pid}) works on {home}. Open its page, or set another JIUGAI_HOME."


class PortBusy(JiugaiError):
    """A port we have to listen on is taken."""

    code = "port_busy"
    kind = Kind.conflict
    zh = "端口 {port} 已被其他程序占用，{service}无法启动。请关闭占用者，或把 {setting} 改为其他端口。"
    en = "Port {port} is taken, {service_en} cannot start. Free it, or set {setting} to another port."


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the data folder for the length of the block. Raises AlreadyRunning."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "jiugai.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(home=home, pid=file.read().strip() or "?") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def require_port(host: str, port: int, *, setting: str, service: str, service_en: str) -> None:
    """Refuse a port somebody listens on. Raises PortBusy."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise PortBusy(port=port, setting=setting, service=service, service_en=service_en) from problem
