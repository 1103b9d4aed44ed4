"""Finds the heading of a list (表头), which need not be its first line, and spreads merged cells (合并单元格)."""

from __future__ import annotations

from dataclasses import dataclass

from services.project_column import GROUP_MARK, clean_text, find_column, recognised_fields
from services.workbook_process import Cell, Grid, MergedRange

HEAD_LINES = 50


@dataclass(frozen=True)
class Heading:
    """The line of the heading (from 1), one distinct label per column, and the text above it."""

    line: int
    labels: list[str]
    preamble: str


def find_heading(grid: Grid) -> Heading:
    """The line among the first 50 that names the most columns we know, else the first that is not alone in its line.

    Text of merged cells is spread in `grid.rows` first. A column without a heading is called 第n列 if it holds
    anything; the second of two equal headings gets （2）.
    """
    _spread(grid)
    head = [[_label(cell) for cell in row] for row in grid.rows[:HEAD_LINES]]
    index = _best(head)
    labels = head[index] + [""] * (_width(grid, index) - len(head[index]))
    groups = _groups(grid, index, sum(bool(label) for label in labels))
    labels = [f"{groups[i]}{GROUP_MARK}{label}" if label and i in groups else label for i, label in enumerate(labels)]
    preamble = " ".join(dict.fromkeys(label for row in head[:index] for label in row if label))
    return Heading(index + 1, _distinct(labels), preamble)


def is_repeated(cells: dict[str, Cell]) -> bool:
    """Whether a row only says the heading again, as printed lists do on each page."""
    filled = [(label, cell) for label, cell in cells.items() if cell is not None]
    same = [isinstance(cell, str) and clean_text(cell) in label.split(GROUP_MARK) for label, cell in filled]
    return all(same) and any(find_column(label) for label, _ in filled)


def _label(cell: Cell) -> str:
    return "" if cell is None else clean_text(str(cell))


def _best(head: list[list[str]]) -> int:
    scores = [len(recognised_fields(row)) for row in head]
    best = max(scores)
    if not best:
        return next((i for i, row in enumerate(head) if sum(map(bool, row)) > 1), 0)
    index = scores.index(best)
    while index + 1 < len(head) and scores[index + 1] == best and head[index + 1] == head[index]:
        index += 1  # every heading is merged over two lines
    return index


def _spread(grid: Grid) -> None:
    for (top, left), (bottom, _) in grid.merged:
        if bottom == top or top >= len(grid.rows) or left >= len(grid.rows[top]):
            continue
        text = grid.rows[top][left]
        for row in grid.rows[top + 1 : bottom + 1]:
            if isinstance(text, str) and left < len(row) and row[left] is None:
                row[left] = text


def _groups(grid: Grid, index: int, width: int) -> dict[int, str]:
    """Group headings right above the heading, by column; one over the whole list is its title and no group."""
    found: dict[int, str] = {}
    for area in grid.merged:
        (_, left), (bottom, right) = area
        if bottom == index - 1 and 1 < right - left + 1 < width - 1:
            found |= dict.fromkeys(range(left, right + 1), _anchor(grid, area))
    return {column: label for column, label in found.items() if label}


def _anchor(grid: Grid, area: MergedRange) -> str:
    top, left = area[0]
    return _label(grid.rows[top][left]) if left < len(grid.rows[top]) else ""


def _width(grid: Grid, index: int) -> int:
    """Up to the last column that has a heading or holds anything below it."""
    return max(
        (i + 1 for row in grid.rows[index:] for i, cell in enumerate(row) if cell is not None),
        default=0,
    )


def _distinct(labels: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for number, typed in enumerate(labels, start=1):
        label = typed or f"第{number}列"
        seen[label] = seen.get(label, 0) + 1
        distinct.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return distinct
