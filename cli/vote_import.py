"""`jiugai vote roll` and `vote import` (导入名册、表决票): checked line by line, tried on a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.office import keeping, office
from cli.option import As, AsJson, Code, Source, day, one_of
from cli.output import emit, grid, note
from services.project import lock_project
from services.project_row_problem import RowError
from services.spreadsheet import MEGABYTE, read_table
from services.vote_ballot import cast_ballots
from services.vote_roll import replace_roll
from services.vote_sheet import BallotDefaults, read_ballots, read_roll
from states.vote import Collecting
from states.vote_requirement import square_metres

SHOWN = 40
DryRunOption = Annotated[bool, typer.Option("--dry-run", help=say("只检查，不写入", "check only, write nothing"))]


class DryRun(Exception):
    """Everything went as it would; now undo it."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """One line that was not taken, and why."""

    line: int
    column: str
    words: str
    code: str


def import_roll(path: Source, code: Code, login: As, *, dry_run: DryRunOption = False, as_json: AsJson = False) -> None:
    """Replace the whole roll by a list; with one wrong line nothing is written. Exit code 1 then."""
    with office() as at:
        listed = read_roll(read_table(path, max_bytes=at.settings.max_import_mb * MEGABYTE))
        units = [unit for _, unit in listed.rows]
        data: dict[str, Any] = {"units": len(units), "area": square_metres(sum(unit.area for unit in units))}
        if not listed.errors:
            try:
                with at.database.write() as session:
                    who = keeping(session, at, login)
                    data["roll"] = replace_roll(session, lock_project(session, code), units, who).version
                    _take_back(dry_run)
            except DryRun:
                del data["roll"]
    size = say(f"{data['units']} 户，{data['area']} m²", f"{data['units']} unit(s), {data['area']} m²")
    wrong = say(f"名册未导入：{len(listed.errors)} 处有误", f"not imported: {len(listed.errors)} problem(s)")
    problems = [_read(error) for error in listed.errors]
    _tell(data, problems, wrong if problems else size, dry_run=dry_run, as_json=as_json)


def import_ballots(
    path: Source,
    poll: Annotated[int, typer.Argument(metavar="POLL", help=say("表决编号，见 vote status", "the poll"))],
    login: As,
    *,
    collected_by: Annotated[str, typer.Option("--by", help=say("表里没写时，谁收集的", "who collected them"))],
    way: Annotated[
        Collecting,
        typer.Option("--way", metavar="WAY", parser=one_of(Collecting), help="paper | door_to_door | e_vote"),
    ] = Collecting.paper,
    on: Annotated[
        date | None, typer.Option("--on", metavar="DAY", parser=day, help=say("表里没写时的日期，默认今天", "the day"))
    ] = None,
    dry_run: DryRunOption = False,
    as_json: AsJson = False,
) -> None:
    """Record a list of ballots; wrong lines are told and left out. Exit code 1 when there are any."""
    with office() as at:
        table = read_table(path, max_bytes=at.settings.max_import_mb * MEGABYTE)
        listed = read_ballots(table, BallotDefaults(way, collected_by, on or at.city.day(at.now())))
        problems = [_read(error) for error in listed.errors]
        recorded = 0
        try:
            with at.database.write() as session:
                who = keeping(session, at, login)
                done = cast_ballots(session, at.city, poll, [cast for _, cast in listed.rows], who)
                recorded = done.recorded
                for place, error in done.problems.items():
                    problems.append(_Problem(listed.rows[place][0], "", error.text(lang()), error.code))
                _take_back(dry_run)
        except DryRun:
            pass
    data = {"poll": poll, "recorded": recorded}
    left = say(f"，{len(problems)} 行未登记", f", {len(problems)} left out") if problems else ""
    _tell(data, problems, say(f"登记 {recorded} 票", f"{recorded} recorded") + left, dry_run=dry_run, as_json=as_json)


def _take_back(dry_run: bool) -> None:
    if dry_run:
        raise DryRun


def _read(error: RowError) -> _Problem:
    return _Problem(error.line, error.column, error.text(lang()), error.code)


def _tell(data: dict[str, Any], problems: Sequence[_Problem], total: str, *, dry_run: bool, as_json: bool) -> None:
    ordered = sorted(problems, key=lambda one: one.line)
    found = [{"line": p.line, "column": p.column, "code": p.code, "message": p.words} for p in ordered]
    rows = [[p.line, p.column, p.words] for p in ordered[:SHOWN]]
    left = len(ordered) - SHOWN
    more = [say(f"另有 {left} 处，用 --json 看全部", f"{left} more; --json has them all")] if left > 0 else []
    heads = [say("行", "line"), say("列", "column"), say("说明", "what")]
    emit(
        {"dry_run": dry_run, **data, "errors": found},
        as_json=as_json,
        text=[*([grid(heads, rows)] if rows else []), *more, total],
    )
    if dry_run:
        note(say("试运行：没有写入任何内容。", "Dry run: nothing was written."))
    if ordered:
        raise typer.Exit(1)
