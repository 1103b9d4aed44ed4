"""`jiugai vote`: owners' votes (业主表决): the roll, a round, its ballots, how it stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.language import lang, say
from cli.lazy import group
from cli.office import keeping, new_request, office, reading
from cli.option import As, AsJson, Code, Reason, RequestId, day, one_of
from cli.output import emit, grid
from cli.vote_import import import_ballots, import_roll
from cli.vote_unit import contact, set_unit
from models.project import Project
from runtime.office import Office
from services.pack import pack_of
from services.project import find_project, lock_project
from services.rendition import as_data
from services.vote import Opening, close_poll, open_poll, withdraw_poll
from services.vote_ballot import Cast, cast_ballots, correct_ballot
from services.vote_list import CountLine, PollLine, list_polls
from services.vote_unit_list import UnitLine, list_ballots, list_roll
from states.vote import Choice, Collecting, Measure

app = group(say("业主表决：名册、发起、登记表决票、结果。", "Owners' votes: roll, rounds, ballots, results."))
app.command("roll", help=say("导入业主名册（整份替换），可先试运行。", "Import the roll of owners."))(import_roll)
app.command("unit", help=say("录入、更正或删去一户。", "Enter, correct or take off one unit."))(set_unit)
app.command("contact", help=say("查看一户的完整联系方式，须写理由，会留痕。", "One unit's contact, with a reason."))(
    contact
)
app.command("import", help=say("导入一批表决票。", "Import ballots."))(import_ballots)


def _square_metres(text: str) -> Decimal:
    try:
        area = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(say(f"“{text}”不是面积，如 1080.50", f'"{text}" is no area such as 1080.50')) from None
    if not area.is_finite() or area <= 0:
        raise typer.BadParameter(say("面积应大于 0", "an area is more than 0"))
    return area


PollId = Annotated[
    int, typer.Argument(metavar="POLL", help=say("表决编号，见 vote status", "the poll, see vote status"))
]
Building = Annotated[str, typer.Option("--building", help=say("楼栋（按栋、按单元表决时）", "the building"))]
Entrance = Annotated[str, typer.Option("--entrance", help=say("单元（按单元表决时）", "the entrance"))]


@app.command("open", help=say("发起一轮表决。", "Open a round."))
def open_(
    code: Code,
    consent: Annotated[
        str, typer.Argument(metavar="CONSENT", help=say("表决事项，如 ordinary_decision", "the consent"))
    ],
    login: As,
    building: Building = "",
    entrance: Entrance = "",
    area: Annotated[
        Decimal | None,
        typer.Option(
            "--area", metavar="M2", parser=_square_metres, help=say("本次范围申报的总面积", "the area declared here")
        ),
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Open the next round on the newest roll and the plan as it is on file."""
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, request_id=new_request(request_id))
        project = lock_project(session, code)
        poll = open_poll(session, at.city, project, Opening(consent, building, entrance, area), who)
        line = _line(session, at, project, poll.id)
    emit(as_data(line, lang()), as_json=as_json, text=_shown(line))


@app.command("status", help=say("一个项目各轮表决的情况。", "How the rounds of a project stand."))
def status(code: Code, as_json: AsJson = False) -> None:
    """Every round with its exact shares and what is missing."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        lines = list_polls(session, reading(at), project, pack_of(project.pack_version))
    text = [part for line in lines for part in _shown(line)] or say("还没有表决", "no vote yet")
    emit(as_data(lines, lang()), as_json=as_json, text=text)


@app.command(
    "list", help=say("业主名册，或一轮表决的逐户情况（姓名电话已脱敏）。", "The roll, or a round unit by unit, masked.")
)
def list_(
    code: Code,
    poll: Annotated[int | None, typer.Option("--poll", help=say("某一轮表决", "one round"))] = None,
    as_json: AsJson = False,
) -> None:
    """The units with their areas and, for a round, what each said."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        roll = None if poll else list_roll(session, project)
        lines = list_ballots(session, poll) if poll else roll.lines if roll else ()
    emit(as_data(lines, lang()), as_json=as_json, text=_units(lines) if lines else say("还没有名册", "no roll yet"))


@app.command("cast", help=say("登记一户的表决票；已登记的用 --correct 更正。", "Record one ballot, or correct it."))
def cast(
    poll: PollId,
    building: Annotated[str, typer.Argument(metavar="BUILDING", help=say("楼栋", "building"))],
    entrance: Annotated[str, typer.Argument(metavar="ENTRANCE", help=say("单元；没有填 -", "entrance, - for none"))],
    room: Annotated[str, typer.Argument(metavar="ROOM", help=say("室号", "room"))],
    choice: Annotated[
        Choice, typer.Argument(metavar="CHOICE", parser=one_of(Choice), help="agree | against | abstain")
    ],
    *,
    login: As,
    collected_by: Annotated[str, typer.Option("--by", help=say("谁收集的", "who collected it"))],
    way: Annotated[
        Collecting,
        typer.Option("--way", metavar="WAY", parser=one_of(Collecting), help="paper | door_to_door | e_vote"),
    ] = Collecting.paper,
    on: Annotated[
        date | None, typer.Option("--on", metavar="DAY", parser=day, help=say("日期，默认今天", "the day"))
    ] = None,
    document: Annotated[int | None, typer.Option("--document", help=say("凭证的材料编号", "the evidence"))] = None,
    correct: Annotated[bool, typer.Option("--correct", help=say("更正已有的票", "replace the one there is"))] = False,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """One ballot. A correction takes a reason and keeps the old one."""
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        place = (building, "" if entrance == "-" else entrance, room)
        one = Cast(*place, choice, way, collected_by, on or at.city.day(at.now()), document)
        if correct:
            correct_ballot(session, at.city, poll, one, who)
        else:
            problem = cast_ballots(session, at.city, poll, [one], who).problems.get(0)
            if problem:
                raise problem
    data = {"poll": poll, "unit": one.place, "choice": choice.value, "corrected": correct}
    done = say("已更正", "corrected") if correct else say("已登记", "recorded")
    emit(data, as_json=as_json, text=f"{done} {one.place}：{choice.label.text(lang())}")


@app.command("close", help=say("结束一轮表决，结果就此固定。", "Close a round; its result is frozen."))
def close(poll: PollId, login: As, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Count for the last time and freeze."""
    with office() as at, at.database.write() as session:
        done = close_poll(session, poll, keeping(session, at, login, request_id=new_request(request_id)))
        line = _line(session, at, session.get_one(Project, done.project_id), poll)
    emit(as_data(line, lang()), as_json=as_json, text=_shown(line))


@app.command("withdraw", help=say("作废一轮还没结束的表决，须写理由。", "Give up an open round, with a reason."))
def withdraw(
    poll: PollId, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """The ballots stay on record and count for nothing."""
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        withdraw_poll(session, poll, who)
    data = {"poll": poll, "status": "withdrawn"}
    emit(data, as_json=as_json, text=say(f"第 {poll} 号表决已作废", f"poll {poll} given up"))


def _line(session: Session, at: Office, project: Project, poll: int) -> PollLine:
    lines = list_polls(session, reading(at), project, pack_of(project.pack_version))
    return next(one for one in lines if one.poll == poll)


def _shown(line: PollLine) -> list[Any]:
    """One round as a line, a table and a line on how it stands."""
    heads = [say("口径", "by"), say("合计", "all"), say("参加", "taking part"), say("同意", "agree"), "", ""]
    name = f"{line.label} {line.place}".strip()
    number = say(f"第{line.round}轮", f"round {line.round}")
    title = f"{line.poll} {name} {number}（{line.status.label.text(lang())}；{line.rule}：{line.takes}）"
    return [title, grid(heads, [_count(one) for one in line.counts]), _words(line)]


def _count(one: CountLine) -> list[object]:
    mark = say("达到", "enough") if one.passes else say("未达到", "short")
    zh = f"参加 {_share(one.participation)}，同意 {_share(one.approval)}"
    en = f"{_share(one.participation)} take part, {_share(one.approval)} agree"
    sizes = [_size(one, value) for value in (one.total, one.voted, one.agreed)]
    return [one.measure.label.text(lang()), *sizes, say(zh, en), mark if one.decides else ""]


def _size(one: CountLine, value: Decimal) -> str:
    return f"{value:,.2f} m²" if one.measure is Measure.area else str(value)


def _share(share: Fraction) -> str:
    """7/12（58.3%）; rounded down, so that what is short never looks like enough."""
    permille = share.numerator * 1000 // share.denominator
    return f"{share}（{permille // 10}.{permille % 10}%）" if share.denominator > 1 else f"{permille // 10}%"


def _words(line: PollLine) -> str:
    if line.changed:
        what = "、".join(line.changed)
        return say(
            f"方案已于 {line.changed_on} 变更（{what}），需重新表决",
            f"the plan changed on {line.changed_on}: vote again",
        )
    if line.passed:
        return say("已达到通过比例", "enough to pass")
    if line.missing:
        return say(f"还差 {line.missing}", f"missing: {line.missing}")
    return say("未投票的全部同意也达不到比例", "those who have not voted cannot carry it")


def _units(lines: tuple[UnitLine, ...]) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [
        say("户", "unit"), say("面积", "m²"), say("业主", "owner"), say("电话", "phone"), say("意见", "choice"),
        say("方式", "way"), say("日期", "day"), say("收集人", "by"), say("更正", "corrected"),
    ]  # fmt: skip
    rows = [
        [
            one.place, one.area, one.name, one.phone, one.choice.label.text(lang()) if one.choice else "",
            one.way.label.text(lang()) if one.way else "", one.cast_on, one.collected_by, one.corrections or "",
        ]
        for one in lines
    ]  # fmt: skip
    return grid(heads, rows)
