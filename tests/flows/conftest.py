"""A real Prefect server for the tests of flows: one per test run, on loopback, with its data in a folder of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.child import Child
from runtime.office import Office
from runtime.prefect_process import environment, server_child, wait_until_ready
from runtime.settings import Settings
from tests.world import World


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def prefect_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an installation whose Prefect server is the tests' own."""
    return Settings(home=tmp_path_factory.mktemp("prefect"), prefect_port=free_port(), channels="")


@pytest.fixture(scope="session")
def server(prefect_settings: Settings) -> Iterator[Child]:
    """The running server."""
    child = server_child(prefect_settings)
    child.start()
    wait_until_ready(prefect_settings, child)
    yield child
    child.stop()


@pytest.fixture(scope="session")
def prefect(server: Child, prefect_settings: Settings) -> Iterator[None]:
    """This process talks to the tests' server, without heartbeats."""
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_LOGGING_LEVEL,
        PREFECT_LOGGING_TO_API_ENABLED,
        temporary_settings,
    )

    from flows.resident import at_work

    os.environ.update({k: v for k, v in environment(prefect_settings).items() if k.startswith("PREFECT_CLIENT")})
    settings = {
        PREFECT_API_URL: prefect_settings.prefect_url,
        PREFECT_LOGGING_LEVEL: "ERROR",
        PREFECT_LOGGING_TO_API_ENABLED: False,  # its thread outlives the server and complains
    }
    with temporary_settings(settings), at_work():
        yield


@pytest.fixture
def office(world: World, prefect: None, tmp_path: Path, prefect_settings: Settings) -> Iterator[Office]:
    """The world's installation, in use by the flows."""
    from flows import handling

    settings = prefect_settings.model_copy(update={"home": tmp_path, "channels": ",".join(world.channels)})
    at = Office(settings, world.database, world.city)
    handling.use(at)
    yield at
    handling.forget()
