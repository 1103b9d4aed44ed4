"""The small pack, loaded once."""

from __future__ import annotations

import pytest

from policy.loader import load_pack
from policy.pack import Pack
from tests.policy.packs import write_pack


@pytest.fixture(scope="session")
def yangguang(tmp_path_factory) -> Pack:
    return load_pack(write_pack(tmp_path_factory.mktemp("packs") / "yangguang"))
