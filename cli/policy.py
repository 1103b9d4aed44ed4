"""`jiugai policy`: packs (政策包) checked, shown, drawn, put in force."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, office, operator
from cli.option import AsJson, MaybeAs
from cli.output import emit, grid
from cli.policy_decide import policy_decide
from cli.policy_diff import HELP as DIFF_HELP
from cli.policy_diff import policy_diff
from cli.policy_route import HELP as ROUTE_HELP
from cli.policy_route import policy_route
from cli.policy_show import HELP as SHOW_HELP
from cli.policy_show import policy_show
from policy.check import check_pack
from policy.fault import Fault
from policy.graph import mermaid
from policy.graph import overview as draw_overview
from policy.loader import load_pack
from runtime.database import DatabaseBehind
from runtime.settings import Settings
from runtime.shelf import pack_folder, pack_folders, take_pack
from services.identity import find_actor
from services.pack import activate as put_in_force
from services.pack_list import active_versions
from states.exceptions import Lang

app = group(say("政策包：查看、检查、画图、启用。", "Packs: list, check, show, draw, activate."))
app.command("decide", help=say("推演一轮审查：这些意见之后是通过、不通过还是未定。", "How votes add up."))(
    policy_decide
)
Name = Annotated[str, typer.Argument(metavar="NAME", help=say("政策包名称或文件夹", "a pack's name or folder"))]


@app.command("list", help=say("现有政策包与已启用的版本。", "Packs at hand and the versions in force."))
def list_(as_json: AsJson = False) -> None:
    """Every pack folder, and what is active of it."""
    settings = Settings()
    active = _active()
    rows = [
        {"name": name, "folder": str(folder), "active": active.get(name), "default": name == settings.pack}
        for name, folder in pack_folders(settings).items()
    ]
    heads = [say("名称", "name"), say("已启用版本", "active"), say("新项目默认", "default"), say("文件夹", "folder")]
    table = grid(heads, [[r["name"], r["active"], "✓" if r["default"] else "", r["folder"]] for r in rows])
    emit(rows, as_json=as_json, text=table)


def _active() -> dict[str, str]:
    try:
        with office() as at, at.database.read() as session:
            return active_versions(session)
    except DatabaseBehind:  # packs can be looked at before there is a database
        return {}


@app.command("check", help=say("检查政策包；不给名称则检查全部。", "Check packs; all of them when none is named."))
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME|FOLDER]…", help=say("名称或文件夹", "names or folders"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every fault with file and line. Exit code 1 when there is one; warnings are for people to weigh."""
    settings = Settings()
    wanted = names or list(pack_folders(settings))
    found = {name: check_pack(pack_folder(settings, name)) for name in wanted}
    data = [
        {"pack": name, "ok": _is_sound(faults), "faults": [f.as_dict() for f in faults]}
        for name, faults in found.items()
    ]
    emit(data, as_json=as_json, text=[line for name, faults in found.items() for line in _verdict(name, faults)])
    if not all(_is_sound(faults) for faults in found.values()):
        raise typer.Exit(1)


def _is_sound(faults: list[Fault]) -> bool:
    return not any(fault.is_fault for fault in faults)


def _verdict(name: str, faults: list[Fault]) -> list[str]:
    wrong = sum(fault.is_fault for fault in faults)
    passed = (
        say("通过", "passed")
        if not wrong
        else say(f"{wrong} 处错误，不能启用", f"{wrong} fault(s); cannot be activated")
    )
    return [f"{name}：{passed}", *(f"  {fault.text(lang())}" for fault in faults)]


@app.command("graph", help=say("流程图（Mermaid）。", "The procedure as a Mermaid diagram."))
def graph(
    name: Name,
    in_lang: Annotated[str | None, typer.Option("--lang", help=say("zh 或 en", "zh or en"))] = None,
    overview: Annotated[bool, typer.Option("--overview", help=say("只画阶段", "stages only"))] = False,
    as_json: AsJson = False,
) -> None:
    """Mermaid text on stdout."""
    if in_lang not in (None, "zh", "en"):
        raise typer.BadParameter(say("--lang 应为 zh 或 en", "--lang is zh or en"))
    words: Lang = lang() if in_lang is None else "en" if in_lang == "en" else "zh"
    pack = load_pack(pack_folder(Settings(), name))
    drawn = (draw_overview if overview else mermaid)(pack, words)
    emit({"pack": pack.id, "mermaid": drawn}, as_json=as_json, text=drawn.rstrip())


@app.command("activate", help=say("启用政策包；通过检查才能启用。", "Put a pack in force; it has to pass its check."))
def activate(name: Name, login: MaybeAs = None, as_json: AsJson = False) -> None:
    """New projects begin under it; running ones keep theirs."""
    pack = take_pack(Settings(), name)
    with office() as at, at.database.write() as session:
        actor = find_actor(session, login).login if login else operator()
        version = put_in_force(session, pack, actor=actor, source=SOURCE, now=at.now())
        data: dict[str, Any] = {"pack": pack.id, "digest": version.digest}
    emit(data, as_json=as_json, text=say(f"已启用 {pack.id}", f"{pack.id} is in force"))


app.command("show", help=SHOW_HELP)(policy_show)
app.command("diff", help=DIFF_HELP)(policy_diff)
app.command("route", help=ROUTE_HELP)(policy_route)
