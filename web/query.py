"""Addresses (网址) of the project list: one filter is one address, with its parts always in the same order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from services.project_filter import Filter, Sort, State
from states.clock import Light

PATH = "/projects"


def address(wanted: Filter | None = None, **changes: Any) -> str:  # noqa: ANN401 - the fields of Filter
    """The address of a filter with `changes`; a change of anything but the page goes back to the first one."""
    if changes and "page" not in changes:
        changes["page"] = 1
    found = replace(wanted or Filter(), **changes)
    parts = {
        "stage": found.stage,
        "step": found.step,
        "district": found.district,
        "light": found.light.name if found.light is not None else None,
        "state": found.state,
        "q": found.q or None,
        "sort": order(found) if (found.sort, found.descending) != (Sort.urgent, False) else None,
        "page": found.page if found.page > 1 else None,
    }
    given = {name: value for name, value in parts.items() if value is not None}
    return f"{PATH}?{urlencode(given)}" if given else PATH


def order(wanted: Filter) -> str:
    """The order as the address has it: `due`, or `-due` from the greatest down."""
    return f"-{wanted.sort}" if wanted.descending else wanted.sort


def read_filter(given: dict[str, str], page: int) -> Filter:
    """The filter an address stands for; an unknown order or light counts as none given."""
    sort = given.get("sort", "").strip()
    names = {one.value for one in Sort}
    light, state = given.get("light", ""), given.get("state", "")
    return Filter(
        stage=given.get("stage") or None,
        step=given.get("step") or None,
        district=given.get("district") or None,
        light=Light[light] if light in Light.__members__ else None,
        state=State(state) if state in State.__members__ else None,
        q=" ".join(given.get("q", "").split())[:100],
        sort=Sort(sort.removeprefix("-")) if sort.removeprefix("-") in names else Sort.urgent,
        descending=sort.startswith("-") and sort.removeprefix("-") in names,
        page=page,
    )
