"""Every benchmark, small enough for a few minutes: `python -m benchmarks [--json] [NAME …]`, or `make bench`.

Each runs in a process of its own. The table sets what was seen beside the goal; nothing fails when a goal is missed:
the machine may be busy, and docs/performance.md says how to read the figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module with its arguments, and what is asked of its figures."""

    arguments: tuple[str, ...]
    goals: dict[str, str] = field(default_factory=dict)


BENCHMARKS = {
    "advance": Benchmark(
        ("-m", "benchmarks.advance"), {"advance_cpu_best_ms": "≤ 1.0", "advance_cpu_ms": "≤ 1.0", "wall_ratio": "≤ 8"}
    ),
    "reaction": Benchmark(("-m", "benchmarks.reaction")),
    "review": Benchmark(("-m", "benchmarks.review", "60")),
    "sweep": Benchmark(("-m", "benchmarks.sweep", "10000", "100000"), {"sweep_wall_ms": "≤ 100"}),
    "calendar_add": Benchmark(("-m", "benchmarks.calendar_add"), {"direct_ns": "≤ 1000"}),
    "audit_verify": Benchmark(("-m", "benchmarks.audit_verify", "80000"), {"verify_cpu_s": "≤ 3"}),
    "insight": Benchmark(("-m", "benchmarks.insight", "10000"), {"slowest_ms": "≤ 20"}),
    "simulate": Benchmark(("-m", "cli.main", "simulate", "--projects", "20", "--json"), {"seconds": "≤ 4.5"}),
}
HIDDEN = ("fingerprint", "broken", "stuck")


def run(name: str) -> list[dict[str, Any]]:
    """The figures of one benchmark, one set for each size it measures; its CPU seconds with them."""
    with tempfile.TemporaryDirectory() as home:
        began = os.times()
        command = [sys.executable, *BENCHMARKS[name].arguments]
        done = subprocess.run(
            command, env=os.environ | {"JIUGAI_HOME": home}, stdout=subprocess.PIPE, text=True, check=False
        )
        ended = os.times()
    found = json.loads(done.stdout) if done.stdout.strip() else {}
    sets = found if isinstance(found, list) else [found]
    used = ended.children_user - began.children_user + ended.children_system - began.children_system
    if done.returncode:
        sets[-1]["failed_with_exit_code"] = done.returncode
    sets[-1]["whole_benchmark_cpu_s"] = round(used, 1)
    return sets


def show(name: str, sets: list[dict[str, Any]]) -> None:
    """One line for each figure."""
    for figures in sets:
        for figure, value in figures.items():
            if figure not in HIDDEN and not isinstance(value, dict):
                print(f"{name:<13} {figure:<34} {value:>12}   {BENCHMARKS[name].goals.get(figure, '')}".rstrip())
        print()


def main() -> None:
    """Run what is named, or all; a table, or with --json one document with every figure."""
    as_json = "--json" in sys.argv
    names = [word for word in sys.argv[1:] if word != "--json"] or list(BENCHMARKS)
    found: dict[str, Any] = {}
    for name in names:
        began = time.perf_counter()
        found[name] = run(name)
        if as_json:
            sys.stderr.write(f"{name}: {time.perf_counter() - began:.0f} s\n")
        else:
            show(name, found[name])
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
