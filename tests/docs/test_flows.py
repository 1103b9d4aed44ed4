"""docs/flows.md names every flow and every kind of event."""

from __future__ import annotations

from pathlib import Path

from services.reaction import REACTIONS, FlowName

TEXT = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")


def test_every_flow_is_described() -> None:
    assert [name for name in [*FlowName, "deadline_sweep", "digest"] if f"`{name}`" not in TEXT] == []


def test_every_kind_of_event_is_described() -> None:
    assert [kind for kind in [*REACTIONS, "delivery_requested"] if f"`{kind}`" not in TEXT] == []
