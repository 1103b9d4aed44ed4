"""prefect.yaml: every deployment loads from its module path, and every reaction's flow has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.reaction import FlowName

ROOT = Path(__file__).parents[2]
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_entrypoint_loads_a_flow_of_its_own_name(deployment: dict[str, Any]) -> None:
    from prefect.flows import load_flow_from_entrypoint

    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.name == deployment["name"]


def test_every_flow_a_reaction_names_is_deployed() -> None:
    assert {name.value for name in FlowName} <= {deployment["name"] for deployment in DEPLOYMENTS}


def test_every_schedule_has_a_slug_so_that_deploying_again_makes_no_second_one() -> None:
    schedules = [schedule for deployment in DEPLOYMENTS for schedule in deployment.get("schedules", [])]
    assert schedules
    assert all(schedule["slug"] for schedule in schedules)


def test_no_file_of_flows_hides_a_package() -> None:
    from importlib.util import find_spec

    names = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert [name for name in names if find_spec(name) is not None] == []
