"""`jiugai policy route`: which permits, members and documents a project takes, why, and what would change it (路由)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language import lang, say
from cli.office import office
from cli.option import AsJson
from cli.output import emit, grid
from policy.fact import dump_fact
from policy.pack import Pack
from policy.route import Routing, route
from policy.route_change import counterfactuals, stakes
from policy.route_show import Row
from policy.route_words import counterfactual_row, facts_in_words, line_row, member_row, permit_row, stake_row
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.case import load_facts
from services.pack import pack_of
from services.project import find_project
from states.case import FactValue

if TYPE_CHECKING:
    from rich.table import Table

HELP = say(
    "按情况查要办哪些手续、请哪些部门，附依据、未成立的规则和改变结果的最小变化。",
    "Permits and members for given facts, with citations, non-matches and counterfactuals.",
)


def policy_route(
    facts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FACT=VALUE]…", help=say("如 added_floor_area=12", "as added_floor_area=12")),
    ] = None,
    name: Annotated[str | None, typer.Option("--pack", metavar="NAME", help=say("政策包", "the pack"))] = None,
    code: Annotated[
        str | None,
        typer.Option("--project", metavar="CODE", help=say("用该项目填报的情况", "with the facts of this project")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The routing of a project, or of facts as typed; typed facts come before a project's own."""
    pack, known = _of_project(code, name) if code else (take_pack(Settings(), name or Settings().pack), {})
    typed = dict(_pair(pack, text) for text in facts or ())
    routing = route(pack, {**known, **typed})
    data = _data(pack, routing, code)
    emit(data, as_json=as_json, text=_shown(pack, routing, data))


def _of_project(code: str, name: str | None) -> tuple[Pack, dict[str, FactValue]]:
    """The pack a project runs under, or the one named, with what the project has on record of that pack's facts."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        pack = take_pack(Settings(), name) if name else pack_of(project.pack_version)
        return pack, load_facts(session, project, pack)


def _pair(pack: Pack, text: str) -> tuple[str, FactValue]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise typer.BadParameter(say(f"“{text}”应写作 标识=值", f'"{text}" has to be fact=value'))
    return name.strip(), pack.parse_fact(name.strip(), value.strip())


def _data(pack: Pack, routing: Routing, project: str | None) -> dict[str, Any]:
    words = lang()
    return {
        "pack": routing.pack,
        "project": project,
        "facts": {fact: dump_fact(value) for fact, value in routing.facts.items()},
        "permits": [permit_row(pack, one, words) for one in routing.permits],
        "members": [member_row(pack, one, words) for one in routing.members],
        "documents": [
            {
                "document": one.document,
                "label": pack.document_entry(one.document).name.text(words),
                "certain": one.certain,
                "rules": [f"{line.rule.table}#{line.rule.number}" for line in one.rules],
            }
            for one in routing.documents
        ],
        "matched": [line_row(pack, line, words) for line in routing.matched],
        "not_matched": [line_row(pack, line, words) for line in routing.not_matched],
        "unknown": [stake_row(pack, one, words) for one in stakes(pack, routing)],
        "counterfactuals": [counterfactual_row(pack, routing, one, words) for one in counterfactuals(pack, routing)],
    }


def _shown(pack: Pack, routing: Routing, data: dict[str, Any]) -> Iterator[str | Table]:
    given = facts_in_words(pack, routing.facts, lang()) if routing.facts else say("未填报", "none recorded")
    yield f"{data['pack']}  {say('情况', 'facts')}：{given}"
    if data["permits"]:
        yield grid(_heads(say("手续", "permits"), "rule", "source"), _permits(pack, data))
    if data["members"]:
        heads = _heads(say("审查", "review"), "member", "matter", "days", "turn", "sure", "source")
        yield grid(heads, _members(pack, data))
    if data["documents"]:
        names = [f"{one['label']}{'' if one['certain'] else '？'}" for one in data["documents"]]
        yield f"{say('材料', 'documents')}：{'、'.join(names)}"
    yield from _listed(say("未成立的规则", "rules that do not hold"), [_missed(row) for row in data["not_matched"]])
    yield from _listed(say("未填报的情况", "facts not recorded"), [one["text"] for one in data["unknown"]])
    yield from _listed(say("怎样会改变", "what would change it"), [one["text"] for one in data["counterfactuals"]])


def _heads(first: str, *others: str) -> list[str]:
    words = {
        "rule": say("规则", "rule"),
        "source": say("依据", "source"),
        "member": say("成员", "member"),
        "matter": say("审什么", "matter"),
        "days": say("期限", "limit"),
        "turn": say("顺序", "turn"),
        "sure": say("确定", "certain"),
    }
    return [first, *(words[other] for other in others)]


def _permits(pack: Pack, data: dict[str, Any]) -> Iterator[list[object]]:
    labels = _labels(data)
    for row in data["permits"]:
        yield [row["text"], " / ".join(labels[rule] for rule in row["rules"]), _cited(pack, row)]


def _members(pack: Pack, data: dict[str, Any]) -> Iterator[list[object]]:
    for row in data["members"]:
        review = pack.review(row["review"]).name.text(lang())
        turn = row["window"] or (say(f"第{row['phase']}段", f"phase {row['phase']}") if row["phase"] > 1 else "")
        sure = "✓" if row["certain"] else "？"
        yield [review, row["label"], row["matter"], row["days"], turn, sure, _cited(pack, row)]


def _labels(data: dict[str, Any]) -> dict[str, str]:
    return {f"{row['table']}#{row['rule']}": row["label"] for row in [*data["matched"], *data["not_matched"]]}


def _cited(pack: Pack, row: Row) -> str:
    return "；".join(pack.source(code).name.text(lang()) for code in row["sources"])


def _missed(row: Row) -> str:
    why = "；".join(reason["text"] for reason in row["because"])
    standing = f"{row['standing_label']}（{why}）" if why else row["standing_label"]
    return f"{row['table']}#{row['rule']} {row['label']} [{row['when']}]：{standing}"


def _listed(head: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{head}："
        yield from (f"  {line}" for line in lines)
