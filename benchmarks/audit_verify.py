"""Verifying a million entries (留痕校验): chains, tree, anchors; and what an anchor and a proof cost among them."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Table, insert

from models.audit import AuditEntry
from runtime.anchor_key import KeyFile
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from services.anchor import take_anchor
from services.audit import Act, record
from services.audit_check import Against, check
from services.audit_digest import digest
from services.audit_proof import entry_name, prove

ENTRIES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
CHAIN = 20
"""Entries of one subject, written turn by turn with a thousand others, as a city's projects are."""
ABREAST = 1000
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
_Result = TypeVar("_Result")


def entries() -> Iterator[dict[str, Any]]:
    """Rows as services.audit.record writes them."""
    made = 0
    for first in range(0, ENTRIES // CHAIN, ABREAST):
        heads = dict.fromkeys(range(first, min(first + ABREAST, ENTRIES // CHAIN)), "")
        for seq in range(1, CHAIN + 1):
            for number in heads:
                row = _row(number, seq, heads[number], NOW + timedelta(milliseconds=made))
                heads[number] = row["hash"]
                made += 1
                yield row


def _row(number: int, seq: int, previous: str, at: datetime) -> dict[str, Any]:
    row = {
        "subject": "benchmark",
        "subject_id": f"TC-2026-{number:06d}",
        "seq": seq,
        "source": "web",
        "action": "facts_recorded",
        "actor": f"demo-{number % 40:02d}-coordinator1",
        "on_behalf_of": None,
        "reason": "按方案办理" if seq % 4 == 0 else None,
        "before": {"households": number},
        "after": {"households": number, "floor_area": f"{number}.{seq:02d}", "structure": "砖混", "adds_area": True},
        "pack": "default@2026.1",
        "request_id": f"web:{number}:{seq}",
        "occurred_at": at,
        "recorded_at": at,
        "algorithm": "sha256",
        "previous_hash": previous,
    }
    return row | {"hash": digest(row)}


def fill(office: Office, rows: Iterator[dict[str, Any]], count: int) -> None:
    """Write so many of the entries."""
    with office.database.write() as session:
        for _ in range(0, count, 20_000):
            session.execute(insert(cast(Table, AuditEntry.__table__)), list(islice(rows, min(20_000, count))))


def timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    """Wall seconds, and the result."""
    began = time.perf_counter()
    result = work()
    return round(time.perf_counter() - began, 3), result


def main() -> None:
    """Print the figures as one JSON document."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'jiugai.db'}", channels="")
        upgrade(settings.url)
        office, key = open_office(settings), KeyFile(folder / "anchor.pem")
        rows = entries()

        def anchor(now: datetime) -> int:
            with office.database.write() as session:
                return take_anchor(session, office.city, key, taken_by="benchmark", now=now).anchor.statement.size

        def verify() -> int:
            with office.database.read() as session:
                return len(list(check(session, Against())))

        def proofs() -> None:
            for number in random.Random(7).sample(range(ENTRIES // CHAIN), 100):
                with office.database.read() as session:
                    prove(session, entry_name(f"benchmark:TC-2026-{number:06d}/7"))

        fill(office, rows, ENTRIES // 2)
        first, size = timed(lambda: anchor(NOW))
        fill(office, rows, ENTRIES // 2)
        with office.database.write() as session:
            for number in range(1000):
                record(session, Act("benchmark", f"new-{number}", "noted", "x", "web", NOW + timedelta(days=1)))
        anchor(NOW + timedelta(days=1))
        with office.database.write() as session:
            record(session, Act("benchmark", "newest", "noted", "x", "web", NOW + timedelta(days=1)))
        second, size = timed(lambda: anchor(NOW + timedelta(days=1, hours=1)))
        proving, _ = timed(proofs)
        began = time.process_time()
        wall, breaks = timed(verify)
        figures = {
            "entries": size,
            "first_anchor_of_half_s": first,
            "next_anchor_s": second,
            "proof_ms": round(proving * 10, 2),
            "verify_s": wall,
            "verify_cpu_s": round(time.process_time() - began, 2),
            "breaks": breaks,
        }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
