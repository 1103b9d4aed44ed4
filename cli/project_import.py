"""`jiugai project import` (导入项目清单): checked, tried on a dry run, imported row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.office import acting, office
from cli.option import AsJson, MaybeAs, Source, Target
from cli.output import emit, grid, note
from runtime.office import Office
from services.import_place import find_city
from services.import_result import ImportResult, Outcome
from services.pack import current_version
from services.project_import import Importing, import_rows
from services.project_row import Checked, RowDefaults, check_rows
from services.project_row_problem import RowError
from services.rendition import as_data
from services.spreadsheet import MEGABYTE, Table, read_table
from services.staffing import Unstaffed, unstaffed_offices, unstaffed_words
from services.workbook import write_error_workbook, write_template

SHOWN = 30
"""So many kinds of problems are listed, with so many lines each; the error workbook has all of them."""
SHOWN_LINES = 8


DryRunOption = Annotated[bool, typer.Option("--dry-run", help=say("只检查，不写入", "check only, write nothing"))]
PackOption = Annotated[
    str | None, typer.Option("--pack", help=say("新项目适用的政策包，默认 JIUGAI_PACK", "the pack of new projects"))
]
CityOption = Annotated[
    str | None, typer.Option("--city", help=say("没有“城市”列时的城市", "the city where no column says it"))
]
DistrictOption = Annotated[
    str | None, typer.Option("--district", help=say("没有“区县”列时的区县", "the district where no column says it"))
]
StreetOption = Annotated[
    str | None, typer.Option("--street", help=say("没有“街道”列时的街道", "the street where no column says it"))
]
CreateOption = Annotated[
    bool,
    typer.Option(
        "--create-organisations",
        help=say("机构表里没有的区县、街道自动添加", "enter districts and streets that are missing"),
    ),
]
ErrorsOption = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        metavar="FILE.xlsx",
        help=say("把有误的行写成工作簿，改好可直接再导入", "write the wrong rows, to correct and import again"),
    ),
]


class DryRun(Exception):
    """Everything went as it would; now undo it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How the list is to be imported."""

    pack: str | None
    login: str | None
    create_organisations: bool
    dry_run: bool


def import_list(
    path: Source,
    *,
    dry_run: DryRunOption = False,
    pack: PackOption = None,
    city: CityOption = None,
    district: DistrictOption = None,
    street: StreetOption = None,
    create: CreateOption = False,
    errors: ErrorsOption = None,
    login: MaybeAs = None,
    as_json: AsJson = False,
) -> None:
    """Import a list. Exit code 1 when a row was left out."""
    with office() as at:
        table = read_table(path, max_bytes=at.settings.max_import_mb * MEGABYTE)
        checked = check_rows(table, defaults=RowDefaults(city, district, street))
        results, offices = _import(at, checked, Wish(pack, login, create, dry_run))
    if errors is not None:
        write_error_workbook(errors, table, _with_failures(checked, table, results))
    data = {**_data(checked, results, dry_run=dry_run), "unstaffed": as_data(offices, lang())}
    emit(data, as_json=as_json, text=_text(checked, results, dry_run=dry_run))
    if offices:
        note(unstaffed_words(offices).text(lang()))
    if checked.errors or any(result.error for result in results):
        raise typer.Exit(1)


def _import(at: Office, checked: Checked, wish: Wish) -> tuple[list[ImportResult], list[Unstaffed]]:
    results: list[ImportResult] = []
    offices: list[Unstaffed] = []
    try:
        with at.database.write() as session:
            version = current_version(session, wish.pack or at.settings.pack)
            actor = acting(session, wish.login, at)
            root = find_city(session)
            importing = Importing(root, actor, at.now(), create_organisations=wish.create_organisations)
            results = import_rows(session, at.city, version, checked.rows, importing)
            offices += unstaffed_offices(session)
            _take_back(wish)
    except DryRun:
        note(say("试运行：没有写入任何内容。", "Dry run: nothing was written."))
    return results, offices


def _take_back(wish: Wish) -> None:
    if wish.dry_run:
        raise DryRun


def _with_failures(checked: Checked, table: Table, results: list[ImportResult]) -> Checked:
    """The rows that could not be stored stand in the error workbook beside those that could not be read."""
    column = table.columns[0] if table.columns else ""
    failed = [
        RowError(r.line, column, r.name, r.error.code, r.error.text("zh"), r.error.text("en"))
        for r in results
        if r.error
    ]
    return Checked(checked.rows, [*checked.errors, *failed], checked.warnings)


def _data(checked: Checked, results: list[ImportResult], *, dry_run: bool) -> dict[str, Any]:
    counts = Counter(result.outcome for result in results)
    unread = len({error.line for error in checked.errors})
    return {
        "dry_run": dry_run,
        **{outcome.value: counts[outcome] for outcome in Outcome if outcome is not Outcome.failed},
        "failed": counts[Outcome.failed] + unread,
        "rows": [result.as_dict(lang()) for result in results],
        "errors": [_finding(error) for error in checked.errors],
        "warnings": [_finding(warning) for warning in checked.warnings],
    }


def _finding(found: RowError) -> dict[str, Any]:
    return {
        "line": found.line,
        "column": found.column,
        "value": found.value,
        "code": found.code,
        "message": found.text(lang()),
    }


def _text(checked: Checked, results: list[ImportResult], *, dry_run: bool) -> list[Any]:
    data = _data(checked, results, dry_run=dry_run)
    found = [(e["line"], f"{e['column']}：{e['message']}") for e in (*data["errors"], *data["warnings"])]
    found += [(r.line, r.error.text(lang())) for r in results if r.error]
    found += [(r.line, _kept(r)) for r in results if r.kept]
    lines: dict[str, list[int]] = {}
    for line, words in sorted(found):
        lines.setdefault(words, []).append(line)
    rows = [[_numbers(numbers), words] for words, numbers in lines.items()]
    parts = [f"{outcome.label.text(lang())} {data[outcome.value]}" for outcome in Outcome]
    shown = [grid([say("行", "line"), say("说明", "what")], rows[:SHOWN])] if rows else []
    left = len(rows) - SHOWN
    more = [say(f"另有 {left} 类，用 --errors 写出全部", f"{left} more; --errors writes them all")] if left > 0 else []
    return [*shown, *more, "，".join(parts)]


def _numbers(numbers: list[int]) -> str:
    more = f" …（{len(numbers)}）" if len(numbers) > SHOWN_LINES else ""
    return "、".join(map(str, numbers[:SHOWN_LINES])) + more


def _kept(result: ImportResult) -> str:
    names = "、".join(result.kept)
    return say(f"已有人另行填报，未按清单改：{names}", f"recorded otherwise by somebody, left as it is: {names}")


def template(path: Target) -> None:
    """Write the workbook people fill in."""
    write_template(path)
    emit({"file": str(path)}, as_json=False, text=say(f"模板已写入 {path}", f"template written to {path}"))
