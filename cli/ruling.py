"""`jiugai ruling`: what the lead does about dissents (裁定、协调、退回), and what late units owe the public."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import doing, office, reading
from cli.option import As, AsJson, Code, Reason, RequestId, day, one_of
from cli.output import emit, grid
from services.clock_sheet import list_sheets
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.project import find_project
from services.rendition import as_data
from services.review_list import list_rounds
from services.review_return import Choice, choose_again, recall, reopen_task, return_round
from services.ruling_act import Meeting, overrule, record_meeting
from services.silence import give_late_reason, list_late
from states.round import Again, Reopening
from states.ruling import MeetingOutcome

app = group(say("裁定与退回：不同意见、协调会、退回、逾期原因。", "Dissents, meetings, returns, reasons for delay."))
Round = Annotated[
    int, typer.Argument(metavar="ROUND", help=say("轮次编号，见 review show", "the round, see review show"))
]
Task = Annotated[int, typer.Argument(metavar="TASK", help=say("任务编号，见 review show", "the task, see review show"))]
Review = Annotated[str, typer.Argument(metavar="REVIEW", help=say("审查标识，如 joint_review", "as joint_review"))]
AgainOption = Annotated[
    Again | None,
    typer.Option(
        "--again", metavar="WHOM", parser=one_of(Again),
        help=say("下一轮请谁：all 全部，affected 只请受影响的", "whom the next round asks: all or affected"),
    ),
]  # fmt: skip


@app.command("list", help=say("一个项目各轮的裁定、协调会与退回。", "The rulings of a project."))
def list_(code: Code, as_json: AsJson = False) -> None:
    """Every ruling, newest round first."""
    with office() as at, at.database.read() as session:
        project, look = find_project(session, code), reading(at)
        sheets = list_sheets(session, look, project, load_tree(session))
        rounds = list_rounds(session, look, project, pack_of(project.pack_version), sheets)
    found = [(one, line) for one in rounds for line in one.rulings]
    heads = [say("编号", "id"), say("轮次", "round"), say("办理", "act"), say("针对", "unit"), say("理由", "reasons"),
             say("会议", "meeting"), say("办理人", "by")]  # fmt: skip
    rows = [
        [line.id, f"{one.label} {one.round}", line.kind.label.text(lang()), line.organisation, line.reasons,
         [str(part) for part in (line.held_on, line.attendees, line.minutes) if part], line.by]
        for one, line in found
    ]  # fmt: skip
    data = [
        {"round": one.id, "review": one.review, "number": one.round, **as_data(line, lang())} for one, line in found
    ]
    emit(data, as_json=as_json, text=grid(heads, rows) if rows else say("没有裁定", "no ruling"))


@app.command("overrule", help=say("牵头部门书面裁定不采纳不同意见。", "Overrule dissents in writing."))
def overrule_(
    review: Round,
    tasks: Annotated[list[int], typer.Argument(metavar="TASK...", help=say("不同意见的任务编号", "the dissents"))],
    login: As,
    reason: Reason = "",
    meeting: Annotated[
        int | None, typer.Option("--meeting", metavar="ID", help=say("依据的协调会编号", "the meeting it rests on"))
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Decide that dissents do not stand; never those of fire, structure, special equipment, public safety."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        made = overrule(session, at.city, review, tasks, wish, meeting=meeting)
        data = [{"ruling": one.id, "task": one.task_id, "kind": str(one.kind)} for one in made]
    emit(data, as_json=as_json, text=say(f"已裁定不采纳 {len(data)} 项不同意见", f"{len(data)} dissent(s) overruled"))


@app.command("meeting", help=say("登记协调会：日期、参加人、纪要、结论。", "Record a coordination meeting."))
def meeting_(
    review: Round,
    login: As,
    held_on: Annotated[date, typer.Option("--on", metavar="DAY", parser=day, help=say("开会日期", "the day"))],
    *,
    attendees: Annotated[list[str], typer.Option("--with", metavar="NAME", help=say("参加人，可多次", "who came"))],
    minutes: Annotated[str, typer.Option("--minutes", metavar="KIND", help=say("纪要的材料标识", "kind of document"))],
    outcome: Annotated[
        MeetingOutcome,
        typer.Option("--outcome", metavar="OUTCOME", parser=one_of(MeetingOutcome), help="overruled | upheld | open"),
    ],
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Write down a meeting about the dissents."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        made = record_meeting(session, review, Meeting(held_on, attendees, minutes, outcome), wish)
        data = {"meeting": made.id, "held_on": made.held_on, "outcome": outcome.value}
    emit(
        data,
        as_json=as_json,
        text=say(f"已登记协调会 {data['meeting']}：{outcome.label.zh}", f"meeting {data['meeting']}"),
    )


@app.command("return", help=say("退回整轮到政策包允许的前面步骤。", "Return the round to an earlier step."))
def return_(
    review: Round,
    login: As,
    reason: Reason = "",
    trigger: Annotated[
        str | None, typer.Option("--by", metavar="TRIGGER", help=say("退回动作，默认按未通过退回", "the move back"))
    ] = None,
    again: AgainOption = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Return an open round; the opinions given stay on record."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        moved = return_round(session, at.city, review, wish, trigger=trigger, again=again)
        data = {"project": moved.project, "trigger": moved.trigger, "step": moved.after}
    emit(data, as_json=as_json, text=say(f"已退回，项目现处 {data['step']}", f"returned to {data['step']}"))


@app.command("reopen", help=say("只退回一个单位重新出意见，其他意见不变。", "Return one task; the others stand."))
def reopen_(
    task: Task,
    login: As,
    reason: Reason = "",
    budget: Annotated[
        Reopening | None,
        typer.Option("--time", metavar="TIME", parser=one_of(Reopening), help=say(
            "remaining 用剩余时限，fresh 重新计时；默认按政策包", "remaining or fresh; the pack's by default")),
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask one unit anew within the open round."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        found = reopen_task(session, at.city, task, wish, budget=budget)
        data = {"task": found.id, "member": found.member, "status": str(found.status)}
    emit(data, as_json=as_json, text=say(f"任务 {task} 已退回，待重新出意见", f"task {task} is asked anew"))


@app.command("again", help=say("改变下一轮请谁审查，须写理由。", "Choose whom the next round asks."))
def again_(
    code: Code,
    review: Review,
    whom: Annotated[Again, typer.Argument(metavar="WHOM", parser=one_of(Again), help="all | affected")],
    login: As,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """All review again, or only those who objected and those whose matter changed."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        found = choose_again(session, find_project(session, code), Choice(review, whom), wish)
        data = {"round": found.id, "review": found.code, "next_again": found.next_again}
    emit(data, as_json=as_json, text=say(f"下一轮：{whom.label.zh}", f"next round: {whom.label.text('en')}"))


@app.command("recall", help=say("申报方撤回审查，已出的意见留存。", "The applicant recalls the review."))
def recall_(
    code: Code, review: Review, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """Make the pack's move that recalls an open review."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        moved = recall(session, at.city, find_project(session, code), review, wish)
        data = {"project": moved.project, "trigger": moved.trigger, "step": moved.after}
    emit(data, as_json=as_json, text=say(f"已撤回，项目现处 {data['step']}", f"recalled; it stands at {data['step']}"))


@app.command("late", help=say("逾期未答复的单位与其公开说明的原因。", "Overdue opinions with the reasons given."))
def late(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help=say("项目编号，不写为全部", "a project, or all"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Who is or was late, and why; those who owe a reason first."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code) if code else None
        lines = list_late(session, reading(at), project=project)
    heads = [
        say("任务", "task"),
        say("项目", "project"),
        say("审查", "review"),
        say("单位", "unit"),
        say("到期日", "due"),
        say("超期工作日", "days over"),
        say("逾期原因", "reason"),
    ]
    rows = [_late_row(line) for line in lines]
    emit(
        as_data(lines, lang()), as_json=as_json, text=grid(heads, rows) if rows else say("没有逾期意见", "none is late")
    )


def _late_row(line: Any) -> list[Any]:  # noqa: ANN401 - a LateLine
    owed = say("未说明（须公开原因）", "owed")
    return [line.task, line.project_name, f"{line.review} {line.round}", line.organisation, line.due_on, line.days,
            line.reason or owed]  # fmt: skip


@app.command("late-reason", help=say("逾期单位说明原因，将予公开。", "A late unit says why."))
def late_reason(
    task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """Write down why an opinion is late (优化营商环境条例 36)."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        found = give_late_reason(session, at.city, task, wish)
        data = {"task": found.id, "member": found.member, "reason": found.late_reason}
    emit(data, as_json=as_json, text=say(f"已登记逾期原因：{data['reason']}", f"recorded: {data['reason']}"))
