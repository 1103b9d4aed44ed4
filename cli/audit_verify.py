"""`jiugai audit verify`: the record held against itself and against the anchors handed out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.office import office
from cli.option import AsJson
from cli.output import emit, note
from runtime.anchoring import kept_anchors, own_key, read_file
from runtime.office import Office
from services.anchor import find_anchor, signed
from services.anchor_statement import SignedAnchor
from services.audit_chain import Break, Report
from services.audit_check import Against, Extent, check, check_project, extent, project_extent
from services.audit_phrase import SUBJECTS
from states.label import Label

WARNING = "请立即报告审计管理员，并保留数据库原样，不要自行修改。"
WARNING_EN = "Tell the audit administrator at once, keep the database as it is, repair nothing."


def verify(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help=say("项目编号", "a project's code"))] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="CODE", help=say("同上", "the same as an option"))
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="ANCHOR", help=say("锚点的编号或文件", "an anchor's number or its file")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 1 when the record does not hold; the first bad entry is named, nothing is repaired."""
    wanted = code or project
    if wanted and since:
        raise typer.BadParameter(say("--since 只用于校验全部", "--since goes with the whole record only"))
    with office() as at:
        found, breaks = _one(at, wanted) if wanted else _all(at, since)
    tell(found, breaks, as_json=as_json)


def _one(at: Office, code: str) -> tuple[Extent, list[Break]]:
    with at.database.read() as session:
        found = project_extent(session, code)
        return found, list(check_project(session, code))


def _all(at: Office, since: str | None) -> tuple[Extent, list[Break]]:
    kept = kept_anchors(at.settings)
    damaged = [Break("anchor", name, 0, "交存的锚点文件无法读取") for name in kept.damaged]
    with at.database.read() as session:
        anchor_ = None
        if since is not None:
            anchor_ = signed(find_anchor(session, int(since))) if since.isdecimal() else read_file(Path(since))
    return verified(at, kept.anchors, anchor_, damaged)


def verified(
    at: Office, handed: tuple[SignedAnchor, ...], since: SignedAnchor | None, known: list[Break]
) -> tuple[Extent, list[Break]]:
    """The whole record held against these anchors, with a bar where somebody waits for it."""
    with at.database.read() as session:
        found = extent(session)
        total = 2 * (found.entries - (since.statement.size if since else 0))
        with progress(max(total, 0)) as report:
            breaks = [*check(session, Against(handed, own_key(at.settings), since), report=report), *known]
    return found, breaks


@contextmanager
def progress(total: int) -> Iterator[Report]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(say("校验留痕", "verifying")), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, advance=done)


def tell(found: Extent, breaks: list[Break], *, as_json: bool) -> None:
    """Print what was verified; raises Exit(1) after naming the first break where there is one."""
    data = {
        "chains": found.chains,
        "entries": found.entries,
        "anchors": found.anchors,
        "unanchored": found.unanchored,
        "ok": not breaks,
        "breaks": [{"subject": b.subject, "id": b.subject_id, "seq": b.seq, "problem": b.problem} for b in breaks],
    }
    emit(data, as_json=as_json, text=_text(found, breaks))
    if breaks:
        first = words(breaks[0])
        note(say(f"留痕被改动：{first}。{WARNING}", f"The audit trail was tampered with: {first}. {WARNING_EN}"))
        raise typer.Exit(1)


def words(one: Break) -> str:
    """A break as people name it."""
    subject = SUBJECTS.get(one.subject, Label(one.subject)).text(lang())
    if one.subject == "anchor":
        return f"{subject} {one.subject_id}：{one.problem}"
    if one.subject == "tree":
        return f"{subject}：{one.problem}"
    return f"{subject} {one.subject_id} {say(f'第 {one.seq} 条', f'entry {one.seq}')}：{one.problem}"


SHOWN = 20


def _text(found: Extent, breaks: list[Break]) -> list[Any]:
    counted = say(
        f"{found.chains} 条链、{found.entries} 条记录、{found.anchors} 个锚点",
        f"{found.chains} chains, {found.entries} entries, {found.anchors} anchors",
    )
    open_ = say(
        f"其中 {found.unanchored} 条尚未锚定，最新的若被删去还看不出来",
        f"{found.unanchored} of them are not anchored yet: the loss of the newest would not show",
    )
    lines = [open_] if found.unanchored else []
    if not breaks:
        return [say(f"校验通过：{counted}", f"verified: {counted}"), *lines]
    more = len(breaks) - SHOWN
    return [
        say(f"校验未通过：{counted}，{len(breaks)} 处不符", f"NOT verified: {counted}, {len(breaks)} break(s)"),
        *(f"  {words(one)}" for one in breaks[:SHOWN]),
        *([say(f"  另有 {more} 处，见 --json", f"  {more} more, see --json")] if more > 0 else []),
        *lines,
    ]
