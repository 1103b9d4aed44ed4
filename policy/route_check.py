"""Decision tables checked (决策表检查): gaps, overlaps, rules never reached, and who is asked in which review.

A table is tried on one case of every kind its conditions tell apart: the product of each fact's representative values
(`policy.route_value.representatives`), so a finding is proved by the case it names, and a table without a finding has
none, up to `MAX_CELLS` cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod

from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.route_table import Rule, Table, marks_of
from policy.route_value import representatives
from policy.route_words import facts_in_words
from policy.schema_route import HitPolicy
from states.case import FactValue

MAX_CELLS = 20_000
"""The most cases one table is tried on: some half a second."""


def route_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault of the permits and decision tables, and the warnings about them."""
    for i, table in enumerate(inspection.pack.router.tables):
        if i < len(inspection.document.tables):
            yield from _formed(inspection, i, table)
            yield from _tried(inspection, i, table)
    yield from _permits(inspection)


def _formed(inspection: Inspection, index: int, table: Table) -> Iterator[Fault]:
    for j, rule in enumerate(table.rules):
        for leaf in rule.leaves:
            if leaf.fact is None:
                yield inspection.fault("table_condition_form", ("tables", index, "rules", j, "when"), leaf.text)


@dataclass(slots=True)
class _Trial:
    """What the cases have shown: which rules were reached or held, and the cases without a rule or with two."""

    cells: int
    reached: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    gaps: list[Mapping[str, FactValue]] = field(default_factory=list)
    overlaps: list[tuple[Mapping[str, FactValue], int, int]] = field(default_factory=list)


def _tried(inspection: Inspection, index: int, table: Table) -> Iterator[Fault]:
    if any(leaf.fact is None for rule in table.rules for leaf in rule.leaves):
        return  # what cannot be taken apart cannot be tried, and has been told
    marks = marks_of(list(table.rules))
    values = {code: representatives(inspection.pack.fact(code), of_fact) for code, of_fact in marks.items()}
    trial = _trial(table, values)
    path: Path = ("tables", index)
    if prod(map(len, values.values())) > MAX_CELLS:
        yield inspection.fault("table_too_wide", path, table.code, limit=MAX_CELLS)
    if table.hit is not HitPolicy.collect:
        yield from _gaps(inspection, path, table, trial)
    if table.hit is HitPolicy.unique:
        yield from _overlaps(inspection, path, table, trial)
    yield from _dead(inspection, path, table, trial)


def _trial(table: Table, values: Mapping[str, list[FactValue]]) -> _Trial:
    trial = _Trial(0)
    for combination in islice(product(*values.values()), MAX_CELLS):
        trial.cells += 1
        case = dict(zip(values, combination, strict=True))
        holding = [i for i, rule in enumerate(table.rules) if _holds(rule, case)]
        trial.held.update(holding)
        trial.reached.update(holding[:1] if table.hit is HitPolicy.first else holding)
        if not holding:
            trial.gaps.append(case)
        if len(holding) > 1:
            trial.overlaps.append((case, holding[0], holding[1]))
    return trial


def _holds(rule: Rule, case: Mapping[str, FactValue]) -> bool:
    return rule.tree is None or rule.tree.holds(case) is True


def _gaps(inspection: Inspection, path: Path, table: Table, trial: _Trial) -> Iterator[Fault]:
    if trial.gaps:
        told = _told(inspection, trial.gaps[0])
        yield inspection.fault("table_gap", path, table.code, count=len(trial.gaps), cells=trial.cells, **told)


def _overlaps(inspection: Inspection, path: Path, table: Table, trial: _Trial) -> Iterator[Fault]:
    if trial.overlaps:
        case, first, second = trial.overlaps[0]
        data = {"first": first + 1, "second": second + 1, "count": len(trial.overlaps), "cells": trial.cells}
        yield inspection.fault("table_overlap", (*path, "rules", second), table.code, **data, **_told(inspection, case))


def _dead(inspection: Inspection, path: Path, table: Table, trial: _Trial) -> Iterator[Fault]:
    if trial.cells == MAX_CELLS:
        return  # another case may reach it
    for i in sorted(set(range(len(table.rules))) - trial.reached):
        before = i in trial.held
        yield inspection.fault(
            "rule_dead",
            (*path, "rules", i),
            table.code,
            number=i + 1,
            problem="前面的规则总是先成立" if before else "条件不可能成立",
            problem_en="a rule before it always holds" if before else "its condition cannot hold",
        )


def _told(inspection: Inspection, case: Mapping[str, FactValue]) -> dict[str, str]:
    pack = inspection.pack
    return {"example": facts_in_words(pack, case, "zh"), "example_en": facts_in_words(pack, case, "en")}


def _permits(inspection: Inspection) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for permit, table in inspection.pack.router.deciding:
        if permit in first:
            index = next(i for i, one in enumerate(inspection.document.tables) if one.code == table.code)
            tables = {"first": first[permit], "second": table.code}
            yield inspection.fault("permit_in_two_tables", ("tables", index), permit, **tables)
        first.setdefault(permit, table.code)
