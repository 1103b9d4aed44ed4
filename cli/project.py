"""`jiugai project`: the register (台账) and the projects in it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, acting, new_request, office, reading
from cli.option import As, AsJson, Code, LightOption, MaybeAs, Reason, RequestId, Target, Trigger, one_of
from cli.output import emit, grid
from cli.project_import import import_list, template
from cli.project_record import attach, milestone, set_facts
from services.pack import pack_of
from services.project import Command, Possible, advance, find_project, why
from services.project_export import export_projects
from services.project_filter import Filter, Sort, State
from services.project_history import list_history
from services.project_list import list_projects
from services.project_sheet import project_sheet, sheet_data
from services.rendition import as_data
from states.clock import Light

app = group(say("项目：导入、查看、推进、填报、导出。", "Projects: import, list, show, advance, record, export."))
app.command(
    "import", help=say("导入项目清单（.xlsx、.xls、.csv）；可重复导入。", "Import a project list; it may be repeated.")
)(import_list)
app.command("template", help=say("写出导入模板。", "Write the template of an import."))(template)
app.command("attach", help=say("上传一份材料。", "Attach a document."))(attach)
app.command("set", help=say("填报情况：事实=值 …", "Record facts: fact=value …"))(set_facts)
app.command("milestone", help=say("填报节点完成日期。", "Record the day a milestone was reached."))(milestone)

Stage = Annotated[str | None, typer.Option("--stage", help=say("阶段（标识或名称）", "a stage, by code or name"))]
District = Annotated[
    str | None, typer.Option("--district", help=say("区县或街道（编码或名称）", "an organisation, by code or name"))
]
StateOption = Annotated[
    State | None,
    typer.Option(
        "--state",
        metavar="STATE",
        parser=one_of(State),
        help=say(
            "running（在办）或 ended（已办结）；按阶段或灯筛选时默认只列在办",
            "running or ended; a stage or a light lists running ones",
        ),
    ),
]
Search = Annotated[
    str | None,
    typer.Option("--search", help=say("名称、编号或小区名里的字", "words of the name, the code or the community")),
]


@app.command("list", help=say("项目清单。", "The projects."))
def list_(
    stage: Stage = None,
    district: District = None,
    light: LightOption = None,
    state: StateOption = None,
    search: Search = None,
    as_json: AsJson = False,
) -> None:
    """Projects narrowed by stage, district, light and words."""
    lines = _lines(_filter(stage, district, light, state, search))
    heads = [say("编号", "code"), say("名称", "name"), say("区县", "place"), say("步骤", "step"), say("灯", "light")]
    names = ("code", "name", "organisation_name", "step_label", "light_label")
    table = grid(heads, [[line[name] for name in names] for line in lines])
    emit(lines, as_json=as_json, text=[table, say(f"共 {len(lines)} 个项目", f"{len(lines)} project(s)")])


def _filter(
    stage: str | None, place: str | None, light: Light | None, state: State | None, search: str | None
) -> Filter:
    return Filter(stage, place=place, light=light, state=state, q=search or "", sort=Sort.code)


def _lines(wanted: Filter) -> list[dict[str, Any]]:
    with office() as at, at.database.read() as session:
        found = list_projects(session, reading(at), wanted, size=None, strict=True)
    return [as_data(line, lang()) for line in found.lines]


@app.command("show", help=say("一个项目的全部情况。", "Everything about one project."))
def show(code: Code, as_json: AsJson = False) -> None:
    """The project sheet."""
    with office() as at, at.database.read() as session:
        sheet = sheet_data(project_sheet(session, reading(at), code), lang())
    emit(sheet, as_json=as_json, text=_sheet(sheet))


def _sheet(sheet: dict[str, Any]) -> list[Any]:
    head = [
        f"{sheet['name']}（{sheet['code']}）",
        f"{sheet['organisation_name']} · {sheet['stage_label']} · {sheet['step_label']}",
    ]
    parts: list[Any] = [*head, f"{sheet['light_label']}  {sheet['left']}", sheet["holder"]]
    for name, title, columns in _PARTS:
        if sheet[name]:
            rows = [[row[column] for column in columns] for row in sheet[name]]
            parts.append(grid(columns, rows, title=say(*title)))
    moves = [[m["trigger"], m["label"], [r["message"] for r in m["refusals"]]] for m in sheet["moves"]]
    return [*parts, grid(["trigger", say("动作", "move"), say("尚缺", "unmet")], moves, title=say("可办动作", "moves"))]


_PARTS = (
    ("facts", ("情况", "facts"), ["code", "label", "text", "by"]),
    ("milestones", ("节点", "milestones"), ["code", "label", "day"]),
    ("documents", ("材料", "documents"), ["kind", "label", "version", "file", "by"]),
    ("findings", ("事项", "findings"), ["id", "label", "title", "status_label"]),
    ("clocks", ("期限", "clocks"), ["id", "label", "due_on", "left", "light_label"]),
    ("reviews", ("审查", "reviews"), ["id", "label", "round", "status_label"]),
)


@app.command("why", help=say("为什么还不能办：逐条列出未满足的条件。", "Why not: every unmet requirement."))
def why_(code: Code, trigger: Trigger, login: MaybeAs = None, as_json: AsJson = False) -> None:
    """What `advance` would say, without moving; exit code 3 when it would refuse."""
    with office() as at, at.database.read() as session:
        actor = acting(session, login, at) if login else None
        found = why(session, at.city, code, trigger, actor, now=at.now())
    emit(found.as_dict(), as_json=as_json, text=_why(code, found))
    if not found.is_open:
        raise typer.Exit(3 if found.permitted else 6)


def _why(code: str, found: Possible) -> list[str]:
    move = found.move.label.text(lang())
    if found.is_open:
        return [say(f"可以“{move}”。", f'"{move}" can be done.')]
    lines = [f"  · {refusal.text(lang())}" for refusal in found.refusals]
    seats = "、".join(seat.label.text(lang()) for seat in found.move.who)
    barred = (
        []
        if found.permitted
        else [say(f"  · 此人无权办理，由 {seats} 办理", f"  · this person may not; it belongs to {seats}")]
    )
    return [say(f"还不能“{move}”：", f'"{move}" cannot be done yet:'), *barred, *lines, *_to_type(code, found)]


def _to_type(code: str, found: Possible) -> list[str]:
    """The commands that bring what is missing, with its codes; a value, a file and a login stay to be filled in."""
    said = {one: one.label.text(lang()) for one in found.missing}
    commands = {
        "document": lambda kind: f"attach {code} {kind} {say('文件', 'FILE')}",
        "fact": lambda kind: f"set {code} {kind}={say('值', 'VALUE')}",
        "milestone": lambda kind: f"milestone {code} {kind} {say('日期', 'DAY')}",
    }
    lines = [
        f"  jiugai project {commands[one.kind](one.code)} --as {say('账号', 'LOGIN')}    # {label}"
        for one, label in said.items()
    ]
    return [say("可用以下命令补齐或更正：", "To add or correct it:"), *lines] if lines else []


@app.command("advance", help=say("推进项目。", "Move a project."))
def advance_(
    code: Code, trigger: Trigger, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """Move a project as a person; all unmet requirements are named at once."""
    with office() as at:
        with at.database.read() as session:
            actor = acting(session, login, at)
        command = Command(code, trigger, actor, new_request(request_id), at.now(), reason=reason, source=SOURCE)
        with at.database.write() as session:
            done = advance(session, at.city, command)
    data = {"project": code, "trigger": trigger, "before": done.before, "after": done.after, "repeated": done.repeated}
    again = say("（此前已办，未重复办理）", " (done before, not repeated)") if done.repeated else ""
    emit(data, as_json=as_json, text=f"{code}：{done.before} → {done.after}{again}")


@app.command("history", help=say("办理记录（留痕）。", "The history of a project."))
def history_(code: Code, as_json: AsJson = False) -> None:
    """Every entry, oldest first."""
    with office() as at, at.database.read() as session:
        project, zone = find_project(session, code), at.city.zone
        pack = pack_of(project.pack_version)
        entries = list_history(session, reading(at), project, pack, size=None).lines[::-1]
    heads = [
        "#",
        say("时间", "when"),
        say("操作", "action"),
        say("经办", "by"),
        say("理由", "reason"),
        say("变化", "change"),
    ]
    rows = [
        [
            e.seq,
            f"{e.occurred_at.astimezone(zone):%Y-%m-%d %H:%M}",
            e.action_label,
            e.actor_name,
            e.reason,
            e.details,
        ]
        for e in entries
    ]
    emit(as_data(entries, lang()), as_json=as_json, text=grid(heads, rows))


@app.command("export", help=say("导出清单为 .xlsx、.csv 或 .json。", "Export the list as .xlsx, .csv or .json."))
def export(
    path: Target,
    stage: Stage = None,
    district: District = None,
    light: LightOption = None,
    state: StateOption = None,
    search: Search = None,
    as_json: AsJson = False,
) -> None:
    """Exactly what `list` shows under the same filter."""
    lines = _lines(_filter(stage, district, light, state, search))
    export_projects(path, lines, lang=lang())
    emit(
        {"file": str(path), "projects": len(lines)},
        as_json=as_json,
        text=say(f"已导出 {len(lines)} 个项目到 {path}", f"{len(lines)} project(s) written to {path}"),
    )
