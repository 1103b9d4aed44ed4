"""`jiugai history replay`, `anomalies`: histories held against the pack they run under."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.moment import Moment, moment
from cli.office import office, reading
from cli.option import AsJson
from cli.output import emit, grid
from services.anomaly import Flag, find_anomalies
from services.figure import percent
from services.history_replay import Replay, replay_all, replay_project
from services.project import find_project
from services.rendition import as_data
from states.exceptions import JiugaiError, Kind

MaybeCode = Annotated[str | None, typer.Argument(metavar="[CODE]", help=say("项目编号", "the project's code"))]


class HistoryNotAllowed(JiugaiError):
    """An entry the pack would not allow, or a project that does not stand where its entries lead."""

    code = "history_not_allowed"
    kind = Kind.failure
    zh = (
        "共 {projects} 个项目的记录不符合政策包。第一处：项目 {project} 第 {seq} 条（{action}）：{problem}。"
        "记录没有改动，请督查、审计人员核查。"
    )
    en = "{projects} project(s) do not follow their pack. First: {project}, entry {seq} ({action}): {problem}."


def replay(
    code: MaybeCode = None,
    every: Annotated[bool, typer.Option("--all", help=say("全部项目", "every project"))] = False,
    as_json: AsJson = False,
) -> None:
    """Fire every entry through the machine of its pack; exit code 1 where one is not allowed, the first one named."""
    if (code is None) != every:
        raise typer.BadParameter(say("请给出项目编号，或用 --all", "give a project's code, or --all"))
    bad: list[Replay] = []
    total = moves = conforming = 0
    with office() as at, at.database.read() as session:
        look = reading(at)
        found: Iterator[Replay] = (
            replay_all(session, look)
            if code is None
            else iter([replay_project(session, look, find_project(session, code))])
        )
        for one in found:
            total, moves, conforming = total + 1, moves + one.moves, conforming + one.conforming
            bad += [one] if not one.is_sound else []
    fitness = Fraction(conforming, moves) if moves else Fraction(1)
    data = {"projects": total, "moves": moves, "fitness": str(fitness), "bad": [_told(one) for one in bad]}
    emit(data, as_json=as_json, text=_text(bad, total, f"{percent(fitness)}（{conforming}/{moves}）"))
    if bad:
        raise typer.Exit(_named(bad))


def _told(one: Replay) -> dict[str, Any]:
    return {"project": one.project, "pack": one.pack, "problem": one.problem, "entries": as_data(one.bad, lang())}


def _named(bad: list[Replay]) -> int:
    """The first bad entry in words on stderr; the exit code."""
    first = bad[0]
    entry = first.bad[0] if first.bad else None
    typer.echo(
        HistoryNotAllowed(
            projects=len(bad),
            project=first.project,
            seq=entry.seq if entry else "-",
            action=entry.action_label if entry else "-",
            problem=entry.problem if entry else first.problem,
        ).text(lang()),
        err=True,
    )
    return 1


def _text(bad: list[Replay], total: int, fitness: str) -> list[Any]:
    head = say(f"回放 {total} 个项目，推进符合政策包的占 {fitness}", f"{total} project(s) replayed; fitness {fitness}")
    heads = [
        say("项目", "project"),
        say("序号", "seq"),
        say("事项", "action"),
        say("经办", "by"),
        say("问题", "problem"),
    ]
    rows: list[list[Any]] = []
    for one in bad:
        rows += [[one.project, entry.seq, entry.action_label, entry.actor, entry.problem] for entry in one.bad]
        rows += [[one.project, "", "", "", one.problem]] if one.problem else []
    return [head, grid(heads, rows)] if rows else [head]


def anomalies(
    project: Annotated[str | None, typer.Option("--project", metavar="CODE", help=say("项目编号", "a project"))] = None,
    since: Annotated[
        Moment | None, typer.Option("--from", metavar="MOMENT", parser=moment, help=say("登记时间起", "recorded from"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What a person should look at: each flag in words, with its rule, its source and the entries it rests on."""
    with office() as at, at.database.read() as session:
        start = since.instant(at.city.zone) if since else None
        flags = find_anomalies(session, reading(at), project=project, since=start)
    emit(as_data(flags, lang()), as_json=as_json, text=_flags(flags))


def _flags(flags: list[Flag]) -> list[Any]:
    if not flags:
        return [say("没有标出异常。", "Nothing is flagged.")]
    heads = [say("规则", "rule"), say("说明", "what was seen"), say("所据记录", "entries"), say("依据", "source")]
    rows = [[flag.label, flag.words, _entries(flag), flag.source] for flag in flags]
    note = say("标出的是需要核实的情况，不是结论。", "A flag is a question, not a finding.")
    return [grid(heads, rows), note]


def _entries(flag: Flag) -> str:
    named = [f"{one.project} #{one.seq}" for one in flag.evidence]
    return "、".join(named[:6]) + ("…" if len(named) > 6 else "")  # noqa: PLR2004 - as many as a line takes
