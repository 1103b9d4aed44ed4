"""`jiugai policy diff`: what one pack says otherwise than another, and what it means for projects (政策对比)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.office import office
from cli.option import AsJson
from cli.output import emit
from policy.diff import Cell, Change, Difference, compare
from policy.loader import load_pack
from policy.pack import Pack
from policy.show import title
from runtime.database import DatabaseBehind
from runtime.settings import Settings
from runtime.shelf import PackMissing, pack_folder
from services.pack_standing import Standing, standings, stored_pack

HELP = say(
    "两个政策包逐条对比：新增、删除、修改，以及对在办项目的影响。",
    "Two packs compared, and what it means for projects.",
)
_WHERE = say("名称、文件夹或 名称@版本", "a name, a folder, or name@version")


def policy_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_WHERE)],
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEW]",
            help=say(
                "同上；不给则把前者与现行版本对比", "the same; without it the first is compared with what is in force"
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Entry by entry what was added, removed and changed; running projects keep their version whatever it says."""
    before, after = (_pack(old), _pack(new)) if new else _with_current(_pack(old))
    found = compare(before, after, lang())
    standing = _standings(before.document.pack.name, after)
    data = {
        "before": before.id,
        "after": after.id,
        "differences": [one.as_dict(lang()) for one in found],
        "projects": [one.as_dict() for one in standing],
    }
    emit(data, as_json=as_json, text=[*_told(before, after, found), *_projects(before, after, standing)])


def _pack(text: str) -> Pack:
    """The pack of a folder or a name; `name@version`, or a name without a folder, as it was activated."""
    name, at_sign, version = text.partition("@")
    try:
        return load_pack(pack_folder(Settings(), text))
    except PackMissing:
        if not at_sign:
            raise
    with office() as at, at.database.read() as session:
        return stored_pack(session, name, version)


def _with_current(pack: Pack) -> tuple[Pack, Pack]:
    with office() as at, at.database.read() as session:
        return stored_pack(session, pack.document.pack.name), pack


def _standings(name: str, pack: Pack) -> list[Standing]:
    try:
        with office() as at, at.database.read() as session:
            return standings(session, name, pack)
    except DatabaseBehind:  # packs can be compared before there is a database
        return []


def _told(before: Pack, after: Pack, found: list[Difference]) -> Iterator[str]:
    yield f"{before.id} → {after.id}"
    if not found:
        yield say("内容相同。", "They say the same.")
        return
    counts = {change: sum(one.change is change for one in found) for change in Change}
    yield say("；", "; ").join(f"{change.label.text(lang())} {count}" for change, count in counts.items() if count)
    table = ""
    for one in found:
        if one.table != table:
            table = one.table
            yield f"\n{title(table, lang())}"
        outer, _, name = one.key.partition("#")
        yield f"  {_SIGNS[one.change]} {outer if name in one.label else one.key} {one.label}{_verb(one)}"
        if one.change is not Change.removed:
            yield from (f"      {line}" for cell in one.cells for line in _cell(cell))


_SIGNS = {Change.added: "+", Change.removed: "-", Change.changed: "~", Change.reordered: "↕"}


def _verb(one: Difference) -> str:
    label = one.change.label.text(lang())
    return say(f"（{label}）", f" ({label})")


def _cell(cell: Cell) -> Iterator[str]:
    """One line, or of two lists what went and what came, each on a line of its own."""
    if cell.before is None:
        yield f"{cell.heading}{say('：', ': ')}{_words(cell.after)}"
    elif isinstance(cell.before, list) and isinstance(cell.after, list) and set(cell.before) != set(cell.after):
        yield f"{cell.heading}{say('：', ':')}"
        yield from (f"  - {one}" for one in cell.before if one not in cell.after)
        yield from (f"  + {one}" for one in cell.after if one not in cell.before)
    else:
        yield f"{cell.heading}{say('：', ': ')}{_words(cell.before)} → {_words(cell.after)}"


def _words(value: Any) -> str:  # noqa: ANN401 - a cell of any kind
    if isinstance(value, list):
        return say("；", "; ").join(map(str, value)) or say("（无）", "(none)")
    return say("（无）", "(none)") if value in (None, "") else str(value)


def _projects(before: Pack, after: Pack, standing: list[Standing]) -> Iterator[str]:
    running = sum(one.projects for one in standing if not one.resuming)
    yield ""
    if not running:
        yield say("没有按这个政策包在办的项目。", "No project is running under this pack.")
        return
    yield say(
        f"在办项目 {running} 个，各按立项时的版本办到底，启用 {after.id} 不改变它们；新项目才按新版。",
        f"{running} running project(s) keep the version they began under; only new ones follow {after.id}.",
    )
    missing = [one for one in standing if not one.exists]
    if not missing:
        yield say("它们现在所在的步骤，新版都有。", "Every step they stand at is in the new version too.")
    yield from map(_missing, missing)


def _missing(one: Standing) -> str:
    codes = say("、", ", ").join(one.codes) + (" …" if one.projects > len(one.codes) else "")
    label = one.label.text(lang())
    if one.resuming:
        return say(
            f"  新版没有步骤 {one.step}“{label}”，{one.pack} 有 {one.projects} 个暂停的项目恢复后在这一步：{codes}",
            f'  no step {one.step} "{label}" in the new version; {one.projects} suspended under {one.pack} '
            f"would resume at it: {codes}",
        )
    return say(
        f"  新版没有步骤 {one.step}“{label}”，{one.pack} 有 {one.projects} 个项目在这一步：{codes}",
        f'  no step {one.step} "{label}" in the new version; {one.projects} of {one.pack} stand at it: {codes}',
    )
