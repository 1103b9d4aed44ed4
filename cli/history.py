"""`jiugai history`: the history read back: a project in the past, what changed, who had it, searched, replayed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.history_check import anomalies, replay
from cli.language import lang, say
from cli.lazy import group
from cli.moment import AsOf, By, Moment, moment
from cli.office import office, reading
from cli.option import AsJson, Code, day
from cli.output import emit, grid
from services.attribution import Attribution
from services.history_as_of import as_of
from services.history_difference import Difference, difference
from services.history_entry import Basis
from services.history_holding import holding
from services.history_phrase import ROUNDS
from services.history_search import PAGE, Page, Wanted, search
from services.history_standing import ProjectThen
from services.project import find_project
from services.rendition import as_data
from states.finding import FindingStatus

app = group(
    say(
        "历史：任意时点还原、两时点差异、经办天数、检索、回放、异常。",
        "History: a project in the past, differences, who had it, search, replay, anomalies.",
    )
)
app.command("replay", help=say("把记录按政策包重走一遍，找出不该有的记录。", "Replay entries through their pack."))(
    replay
)
app.command("anomalies", help=say("按政策包规则标出的异常。", "What the pack's rules flag."))(anomalies)


@app.command("as-of", help=say("项目在某一时点的样子。", "A project as it stood at a moment."))
def as_of_(code: Code, at_moment: AsOf, by: By = Basis.recorded, as_json: AsJson = False) -> None:
    """Step, facts, documents, rounds with opinions, findings and clocks, from the entries known then."""
    with office() as at, at.database.read() as session:
        found = as_of(session, reading(at), code, at_moment.instant(at.city.zone), basis=by)
        emit(as_data(found, lang()), as_json=as_json, text=_standing(found, f"{_local(at, found.moment)}"))


def _local(at: Any, instant: Any) -> str:  # noqa: ANN401 - the office and an instant
    return f"{instant.astimezone(at.city.zone):%Y-%m-%d %H:%M}"


def _standing(found: ProjectThen, when: str) -> list[Any]:
    language = lang()
    parts: list[Any] = [
        f"{found.name}（{found.project}） {when}：{found.stage_label} · {found.step_label}",
        say(
            f"{found.basis.label.text(language)}，依据 {found.entries} 条记录，"
            f"最后一条第 {found.seq} 号；政策包 {found.pack}",
            f"{found.basis.label.text(language)}: {found.entries} entries, the last is {found.seq}; pack {found.pack}",
        ),
    ]
    facts = [[one.label, one.text, one.by] for one in (*found.facts, *found.milestones)]
    papers = [[f"{one.label} v{one.version}", one.file, one.by] for one in found.documents]
    for title, rows in ((say("情况与节点", "facts"), facts), (say("在案材料", "documents"), papers)):
        if rows:
            parts.append(grid([title, "", say("经办", "by")], rows))
    parts += _rounds(found)
    open_ = [[one.label, one.title, one.status.label.text(language)] for one in found.findings if _is_open(one.status)]
    if open_:
        parts.append(grid([say("未办结事项", "open findings"), "", ""], open_))
    live = [[one.label, one.holder, one.due_on, one.light.label.text(language)] for one in found.clocks if one.is_live]
    if live:
        parts.append(grid([say("在计时的期限", "clocks"), say("承办", "holder"), say("到期", "due"), ""], live))
    return [*parts, *(f"* {words}" for words in found.unknown)]


def _is_open(status: FindingStatus) -> bool:
    return status is not FindingStatus.closed


def _rounds(found: ProjectThen) -> list[Any]:
    tables = []
    for one in found.rounds:
        rows = [
            [said.label, said.opinion.label.text(lang()) if said.opinion else say("未答复", "-"), said.reasons]
            for said in one.opinions
        ]
        title = f"{one.label} {say(f'第{one.round}轮', f'round {one.round}')} {ROUNDS[one.status].text(lang())}"
        tables.append(grid([say("单位", "unit"), say("意见", "opinion"), say("理由", "reasons")], rows, title=title))
    return tables


@app.command("diff", help=say("两个时点之间变了什么，谁改的。", "What changed between two moments, and by whom."))
def diff(code: Code, since: AsOf, until: AsOf, by: By = Basis.recorded, as_json: AsJson = False) -> None:
    """Each part that differs, before and after, with the entry behind it."""
    with office() as at, at.database.read() as session:
        zone = at.city.zone
        found = difference(session, reading(at), code, since.instant(zone), until.instant(zone), basis=by)
        emit(as_data(found, lang()), as_json=as_json, text=_changes(found, at))


def _changes(found: Difference, at: Any) -> list[Any]:  # noqa: ANN401 - the office
    head = say(
        f"{found.name}（{found.project}）{_local(at, found.since)} 至 {_local(at, found.until)}："
        f"{found.entries} 条记录，{len(found.changes)} 处变化",
        f"{found.name}: {found.entries} entries, {len(found.changes)} changes",
    )
    heads = [say("内容", "part"), say("原来", "before"), say("后来", "after"), say("经办", "by"), say("时间", "at")]
    rows = [
        [one.label, one.before, one.after, one.by_name, _local(at, one.at) if one.at else ""] for one in found.changes
    ]
    return [head, grid(heads, rows)] if rows else [head]


@app.command("held", help=say("一段时间里由谁经办、各多少个工作日。", "Who had a project, for how many working days."))
def held(
    code: Code,
    since: Annotated[date, typer.Option("--from", metavar="DAY", parser=day, help=say("起（不含当日）", "after"))],
    until: Annotated[date, typer.Option("--to", metavar="DAY", parser=day, help=say("止（含当日）", "up to and with"))],
    as_json: AsJson = False,
) -> None:
    """The working days of a span by who had the matter: applicant, each department, excluded."""
    with office() as at, at.database.read() as session:
        found = holding(session, at.city, find_project(session, code), since, until)
    emit(as_data(found, lang()), as_json=as_json, text=_held(found))


def _held(found: Attribution) -> list[Any]:
    head = say(
        f"{found.since} 之后至 {found.until} 共 {found.total} 个工作日：申报方 {found.applicant}，"
        f"审查部门 {found.department}，不计时 {found.excluded}",
        f"{found.total} working days: applicant {found.applicant}, departments {found.department}, "
        f"excluded {found.excluded}",
    )
    heads = [say("归属", "side"), say("单位或事由", "holder"), say("工作日", "working days")]
    return [head, grid(heads, [[one.side.label.text(lang()), one.holder, one.days] for one in found.holders])]


@app.command("search", help=say("检索全部记录。", "Search all entries."))
def search_(
    *,
    person: Annotated[str | None, typer.Option("--person", metavar="LOGIN", help=say("经办人账号", "a login"))] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help=say("单位（编码或名称），含下级", "a unit and below"))
    ] = None,
    action: Annotated[str | None, typer.Option("--action", help=say("动作标识，如 opinion_given", "an action"))] = None,
    project: Annotated[str | None, typer.Option("--project", metavar="CODE", help=say("项目编号", "a project"))] = None,
    since: Annotated[
        Moment | None, typer.Option("--from", metavar="MOMENT", parser=moment, help=say("登记时间起", "recorded from"))
    ] = None,
    until: Annotated[
        Moment | None, typer.Option("--to", metavar="MOMENT", parser=moment, help=say("登记时间止", "recorded before"))
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=say("理由里的字，空格隔开", "words of the reason"))] = "",
    late: Annotated[bool, typer.Option("--late", help=say("只列补录", "late recordings only"))] = False,
    cursor: Annotated[
        str | None, typer.Option("--after", metavar="NEXT", help=say("上一页返回的 next", "the page before's next"))
    ] = None,
    size: Annotated[int, typer.Option("--size", min=1, max=1000, help=say("每页条数", "entries on a page"))] = PAGE,
    as_json: AsJson = False,
) -> None:
    """Entries newest first, a page at a time."""
    with office() as at, at.database.read() as session:
        zone = at.city.zone
        wanted = Wanted(
            person, unit, action, project, since.instant(zone) if since else None,
            until.instant(zone) if until else None, reason, late,
        )  # fmt: skip
        found = search(session, reading(at), wanted, cursor=cursor, size=size)
        emit(as_data(found, lang()), as_json=as_json, text=_page(found, at))


def _page(found: Page, at: Any) -> list[Any]:  # noqa: ANN401 - the office
    heads = [
        say("时间", "at"), say("对象", "subject"), say("序号", "seq"), say("事项", "action"), say("经办", "by"),
        say("理由", "reason"),
    ]  # fmt: skip
    rows = [
        [
            _local(at, one.recorded_at), one.subject_name or f"{one.subject} {one.subject_id}", one.seq,
            one.action_label + (say("（补录）", " (late)") if one.is_late else ""), one.actor_name, one.reason,
        ]
        for one in found.entries
    ]  # fmt: skip
    more = [say(f"下一页：--after {found.next}", f"next page: --after {found.next}")] if found.next else []
    return [grid(heads, rows), *more]
