"""A process that opens the database knows every table, whichever of them it then touches first."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import runtime.database
from models.base import Base
missing = [
    f"{table.name}.{key.parent.name}"
    for table in Base.metadata.tables.values()
    for key in table.foreign_keys
    if key.target_fullname.split(".")[0] not in Base.metadata.tables
]
assert not missing, missing
assert len(Base.metadata.tables) > 40
"""


def test_a_fresh_process_resolves_every_foreign_key() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
