"""Long proofs: processes killed at random points, floods of letters. `make faults` runs them, `make test` does not."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("FAULTS") else ["test_*.py"]
