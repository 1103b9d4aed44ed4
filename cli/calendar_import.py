"""`jiugai calendar import`: a year's notice (放假安排), and what it does to the clocks that are running."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from cli.calendar_file import Notice, open_record, read_notice
from cli.language import lang, say
from cli.office import SOURCE, acting
from cli.option import AsJson, MaybeAs, Source
from cli.output import emit, grid
from runtime.office import Office
from runtime.settings import Settings
from services.recalendar import Recalendared, Shift, apply_calendar, preview_calendar

SHOWN = 50
"""So many moved clocks are shown to people; `--json` has them all."""
Preview = Annotated[
    bool,
    typer.Option(
        "--preview/--yes",
        help=say(
            "只看哪些期限会变动，不载入；--yes 载入（默认）", "only show what would move; --yes loads it (default)"
        ),
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help=say("与已有安排不一致也载入（国务院调整放假时）", "load it although it contradicts")),
]


def import_file(
    path: Source, preview: Preview = False, force: Force = False, login: MaybeAs = None, as_json: AsJson = False
) -> None:
    """Check a file, put it into the city's calendar folder, and project every open clock it reaches again."""
    settings = Settings()
    notice = read_notice(settings, path, force=force)
    with open_record(settings) as at:
        found = _previewed(at, notice) if preview else _applied(at, notice, login)
    data = {**_data(notice, found), "applied": not preview}
    emit(data, as_json=as_json, text=_text(notice, found, preview=preview))


def _previewed(at: Office | None, notice: Notice) -> Recalendared:
    if at is None:
        return Recalendared(0, ())
    with at.database.read() as session:
        return preview_calendar(session, replace(at.city, calendar=notice.calendar), notice.override, now=at.now())


def _applied(at: Office | None, notice: Notice, login: str | None) -> Recalendared:
    """The file is kept last, inside the transaction: when it cannot be written, no clock has moved."""
    if at is None:
        notice.keep()
        return Recalendared(0, ())
    city = replace(at.city, calendar=notice.calendar)
    with at.database.write() as session:
        actor = acting(session, login).login
        done = apply_calendar(session, city, notice.override, actor=actor, source=SOURCE, now=at.now())
        session.flush()
        notice.keep()
    return done


def _data(notice: Notice, found: Recalendared) -> dict[str, Any]:
    override = notice.override
    head = {"year": override.year, "source": override.source, "days": len(override.days), "file": str(notice.place)}
    return {**head, **found.counts(), "shifts": [shift.as_dict() for shift in found.shifts]}


def _text(notice: Notice, found: Recalendared, *, preview: bool) -> list[Any]:
    year, source, days = notice.override.year, notice.override.source, len(notice.override.days)
    loaded = say(f"已载入 {year} 年：{days} 天（{source}）", f"loaded {year}: {days} day(s)")
    head = (
        say(f"预览 {year} 年：{days} 天（{source}），尚未载入", f"preview of {year}, not loaded") if preview else loaded
    )
    lines: list[Any] = [head, summary(found)]
    if found.moved:
        lines.append(_table(found.moved[:SHOWN]))
    if len(found.moved) > SHOWN:
        lines.append(say(f"其余 {len(found.moved) - SHOWN} 个见 --json", f"{len(found.moved) - SHOWN} more in --json"))
    return lines if preview else [*lines, say(f"存放于 {notice.place}", f"kept in {notice.place}")]


def summary(found: Recalendared) -> str:
    """What moves, in one line: 312 个期限变动，4 个转红灯."""
    return say(
        f"{len(found.moved)} 个期限变动，{found.turned_red} 个转红灯，{found.made_exact} 个由暂定转为确定"
        f"（共核对 {found.reached} 个）",
        f"{len(found.moved)} clock(s) move, {found.turned_red} turn red, {found.made_exact} become exact"
        f" ({found.reached} looked at)",
    )


def _table(shifts: tuple[Shift, ...]) -> Any:  # noqa: ANN401 - a table of rich, imported only when drawn
    heads = [
        say("编号", "id"),
        say("项目", "project"),
        say("期限", "limit"),
        say("原到期日", "was due"),
        say("新到期日", "due"),
        say("灯", "light"),
        say("原因", "why"),
    ]
    return grid(heads, [_row(shift) for shift in shifts])


def _row(shift: Shift) -> list[object]:
    old, new = shift.old_light.label.text(lang()), shift.new_light.label.text(lang())
    light = new if old == new else f"{old} → {new}"
    return [shift.clock, shift.project_name, shift.label, shift.old, shift.new, light, shift.why]
