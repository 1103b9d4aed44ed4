"""`python -m web`: serves, ends on SIGTERM, and says so when the port is taken."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from runtime.database import upgrade

ROOT = Path(__file__).parents[2]


def start(home: Path, port: int) -> subprocess.Popen[str]:
    """The server as a process of its own."""
    environment = {**os.environ, "JIUGAI_HOME": str(home), "JIUGAI_PORT": str(port), "JIUGAI_HOST": "127.0.0.1"}
    return subprocess.Popen(
        [sys.executable, "-m", "web"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for(address: str, seconds: float = 30) -> bytes:
    """The first answer at an address."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_serves_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'jiugai.db'}")
    port = free_port()
    server = start(tmp_path, port)
    try:
        assert "没有默认密码" in wait_for(f"http://127.0.0.1:{port}/").decode()
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=15)
    finally:
        server.kill()
        server.wait()
    assert (server.returncode, errors) == (0, "")


def test_a_busy_port_is_one_clear_message_and_code_5(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = start(tmp_path, taken.getsockname()[1])
        _, errors = server.communicate(timeout=30)
    assert server.returncode == 5
    assert len(errors.strip().splitlines()) == 1
    assert "JIUGAI_PORT" in errors


def test_the_pages_do_not_load_prefect() -> None:
    check = "import sys, web.app; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
