"""The supervisor (守护): starts the children, starts again what dies, ends all of them in order."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import httpx
from rich.console import Console

from runtime.child import Child
from runtime.log_keeping import discard_old
from runtime.office import Office, open_office
from runtime.prefect_process import answers, environment, server_child
from runtime.settings import Settings
from services.register import is_empty

RESTART_SECONDS = 5
"""A child that dies is started again, but not more often than this."""
POLL_SECONDS = 0.1


class Supervisor:
    """Web, Prefect server and resident runner as children of this process; Ctrl-C or SIGTERM ends everything."""

    def __init__(self, settings: Settings, *, demo: bool) -> None:
        self.settings, self.demo = settings, demo
        env, logs = environment(settings), settings.home / "logs"
        self.web = Child("web", [sys.executable, "-m", "web"], env, logs)
        self.prefect = server_child(settings) if settings.prefect_api_url is None else None
        self.resident = Child("resident", [sys.executable, "-m", "flows.resident"], env, logs)
        self.demonstration = Child("demo", [sys.executable, "-m", "cli.main", "demo"], env, logs)
        self.notes = Console(stderr=True, highlight=False)
        self._stopped = threading.Event()
        self._begun = time.monotonic()
        self._launched: dict[str, float] = {}

    def run(self) -> None:
        """Start, announce, watch; at the end stop who makes work before who serves it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        discard_old(self.settings.home / "logs", days=self.settings.retention_days, now=Office.now())
        try:
            self._start()
            while not self._stopped.wait(1):
                self._revive()
        finally:
            self.notes.print("正在停止……")
            for child in (self.demonstration, self.resident, self.web, self.prefect):
                if child is not None:
                    child.stop()
            self.notes.print(f"已停止。数据在 {self.settings.home.resolve()}，下次启动从这里继续。")

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped.set()

    def _start(self) -> None:
        for child in (self.web, self.prefect):
            if child is not None:
                self._launch(child)
        if self._wait_for(lambda: self._serves(f"{self.settings.local}/healthz")):
            self._announce("网页", self.settings.site)
        if self._wait_for(lambda: answers(self.settings.prefect_url)):
            self._announce("Prefect", self.settings.prefect_url.removesuffix("/api"))
        if self.demo and not self._stopped.is_set() and self._register_is_empty():
            self._demonstrate()
        if not self._stopped.is_set():
            self._launch(self.resident)
            self.notes.print(
                f"全部就绪（{self._seconds()} 秒）。日志在 {self.settings.home / 'logs'}。按 Ctrl-C 停止。"
            )

    def _launch(self, child: Child) -> None:
        self._launched[child.name] = time.monotonic()
        child.start()

    def _wait_for(self, ready: Callable[[], bool]) -> bool:
        """Wait until `ready`, reviving children meanwhile; False when asked to stop first."""
        while not self._stopped.is_set():
            if ready():
                return True
            self._revive()
            self._stopped.wait(POLL_SECONDS)
        return False

    @staticmethod
    def _serves(url: str) -> bool:
        try:
            return httpx.get(url, timeout=2, trust_env=False).is_success
        except (httpx.HTTPError, httpx.InvalidURL):
            return False

    def _announce(self, what: str, address: str) -> None:
        self.notes.print(f"{what:　<4} {address}  （{self._seconds()} 秒）")

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._begun:.1f}"

    def _register_is_empty(self) -> bool:
        office = open_office(self.settings)
        try:
            with office.database.read() as session:
                return is_empty(session)
        finally:
            office.close()

    def _demonstrate(self) -> None:
        self.notes.print("台账为空，正在建立演示城市（网页上可以看到进度）……")
        self._launch(self.demonstration)
        self._wait_for(lambda: not self.demonstration.is_running)
        if self.demonstration.exit_code:
            self.notes.print(f"演示城市没有建成，请看 {self.demonstration.log}")

    def _revive(self) -> None:
        """Start again what has died; its work waits in the database meanwhile."""
        for child in (self.web, self.prefect, self.resident):
            if child is None or child.name not in self._launched or child.is_running:
                continue
            if time.monotonic() - self._launched[child.name] < RESTART_SECONDS:
                continue
            self.notes.print(f"{child.name} 意外结束（代码 {child.exit_code}），重新启动；日志：{child.log}")
            self._launch(child)
