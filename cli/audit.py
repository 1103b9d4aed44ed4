"""`jiugai audit`: the audit trail (留痕) verified, chain by chain."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import say
from cli.lazy import group
from cli.office import office
from cli.option import AsJson
from cli.output import emit, note, tracked
from services.audit import Break
from services.audit_check import chains, verify_chain

app = group(say("留痕：校验每条哈希链。", "The audit trail: verify every chain."))


@app.callback()
def audit() -> None:
    """Keeps `verify` a command of its own while it is the only one."""


@app.command("verify", help=say("校验哈希链；不给编号则校验全部。", "Verify the chains; all when no code is given."))
def verify(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help=say("项目编号", "a project's code"))] = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 1 when a chain does not hold; the first bad entry is named."""
    breaks: list[Break] = []
    with office() as at, at.database.read() as session:
        wanted = chains(session, code)
        for chain in tracked(wanted, say("校验留痕", "verifying")):
            breaks += verify_chain(session, chain)
    entries = sum(chain.entries for chain in wanted)
    data = {"chains": len(wanted), "entries": entries, "ok": not breaks, "breaks": [_data(one) for one in breaks]}
    emit(data, as_json=as_json, text=_text(data))
    if breaks:
        first = breaks[0]
        where = f"{first.subject} {first.subject_id}"
        note(
            say(
                f"留痕被改动：{where} 第 {first.seq} 条{first.problem}。请立即报告审计管理员，并保留数据库原样。",
                f"The audit trail was tampered with: {where}, entry {first.seq}. Tell the audit administrator at once.",
            )
        )
        raise typer.Exit(1)


def _data(one: Break) -> dict[str, Any]:
    return {"subject": one.subject, "id": one.subject_id, "seq": one.seq, "problem": one.problem}


def _text(data: dict[str, Any]) -> str:
    counted = say(
        f"{data['chains']} 条链、{data['entries']} 条记录", f"{data['chains']} chains, {data['entries']} entries"
    )
    if data["ok"]:
        return say(f"校验通过：{counted}", f"verified: {counted}")
    return say(
        f"校验未通过：{counted}，{len(data['breaks'])} 处不符",
        f"NOT verified: {counted}, {len(data['breaks'])} break(s)",
    )
