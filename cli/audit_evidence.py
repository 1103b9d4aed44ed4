"""`jiugai audit prove`, `evidence`, `late`: what is handed to whoever checks the record elsewhere."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.language import say
from cli.office import SOURCE, acting, office, operator, reading
from cli.option import AsJson, MaybeAs, day
from cli.output import emit, grid, note, print_json
from runtime.anchor_key import key_file
from runtime.anchoring import anchor_record
from runtime.office import Office
from services.atomic_file import write_atomically
from services.audit import Reading, record_reading
from services.audit_late import late_counts, late_entries
from services.audit_proof import entry_name
from services.audit_proof import prove as prove_entry
from services.evidence import Scope, gather, is_anchored
from services.evidence_pack import Packed, evidence_pack

AnchorNumber = Annotated[
    int | None,
    typer.Option("--anchor", metavar="NUMBER", min=1, help=say("以哪个锚点证明", "the anchor it is proven against")),
]


def prove(
    entry: Annotated[
        str,
        typer.Argument(metavar="ENTRY", help=say("项目编号/序号，如 SN-2026-001/3", "CODE/NUMBER, as SN-2026-001/3")),
    ],
    number: AnchorNumber = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("写入文件", "write a file"))] = None,
) -> None:
    """The entry, its place, the path to the anchor's root, and the anchor, as JSON; jiugai_verify.py checks it."""
    with office() as at, at.database.read() as session:
        proof = prove_entry(session, entry_name(entry), number=number)
    if output is None:
        print_json(proof)
        return
    import json

    write_atomically(output, (json.dumps(proof, ensure_ascii=False, indent=2) + "\n").encode())
    note(say(f"已写入 {output}", f"written to {output}"))


def evidence(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help=say("项目编号", "a project's code"))] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=say("要写的 .zip 文件", "the .zip to write"))
    ] = None,
    first: Annotated[
        date | None, typer.Option("--from", metavar="DAY", parser=day, help=say("起始日（含）", "the first day"))
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", metavar="DAY", parser=day, help=say("终止日（含）", "the last day"))
    ] = None,
    number: AnchorNumber = None,
    with_documents: Annotated[
        bool, typer.Option("--with-documents", help=say("附上材料原件", "the documents themselves, too"))
    ] = False,
    login: MaybeAs = None,
    as_json: AsJson = False,
) -> None:
    """One project, or all that was written down in a period. Takes an anchor first where an entry has none yet."""
    scope = _scope(code, first, last)
    with office() as at:
        who = _reader(at, login)
        done, anchor_ = _packed(at, scope, number, with_documents=with_documents)
        target = output or Path(f"evidence-{code or f'{first}-{last}'}.zip".replace("/", "_"))
        write_atomically(target, done.content)
        sha256 = hashlib.sha256(done.content).hexdigest()
        _note_down(at, who, scope, {"anchor": anchor_, "entries": done.entries, "sha256": sha256})
    for lost in done.lost:
        missing = f"{lost.name}（{lost.subject_id}/{lost.seq}）"
        note(say(f"材料库里没有或已不同，未附：{missing}", f"not in the store any more, left out: {missing}"))
    data = {"file": str(target), "entries": done.entries, "anchor": anchor_, "sha256": sha256, "lost": len(done.lost)}
    emit(data, as_json=as_json, text=_text(data))


def _scope(code: str | None, first: date | None, last: date | None) -> Scope:
    if (code is None) == (first is None) or (first is None) != (last is None):
        problem = say("给出项目编号，或 --from 与 --to", "give a project's code, or --from and --to")
        raise typer.BadParameter(problem)
    if first is not None and last is not None and last < first:
        raise typer.BadParameter(say("终止日早于起始日", "the last day is before the first"))
    return Scope(code, first, last)


def _reader(at: Office, login: str | None) -> str:
    if login is None:
        return operator()
    with at.database.read() as session:
        return acting(session, login).login


def _packed(at: Office, scope: Scope, number: int | None, *, with_documents: bool) -> tuple[Packed, int]:
    with at.database.read() as session:
        covered = number is not None or is_anchored(session, at.city, scope)
    if not covered:
        anchor_record(at, taken_by=operator(), now=at.now())
    with at.database.read() as session:
        found = gather(session, at.city, scope, number=number)
        signer = key_file(at.settings)
        made = evidence_pack(session, reading(at), found, signer, with_documents=with_documents)
        return made, found.anchor.number


def _note_down(at: Office, who: str, scope: Scope, details: dict[str, Any]) -> None:
    of, of_id = ("project", scope.project) if scope.project else ("period", f"{scope.first}/{scope.last}")
    with at.database.write() as session:
        record_reading(session, Reading(who, "evidence", of, of_id, SOURCE, at.now(), details=details))


def _text(data: dict[str, Any]) -> list[str]:
    return [
        say(
            f"已导出 {data['entries']} 条记录，由第 {data['anchor']} 号锚点证明：{data['file']}",
            f"exported {data['entries']} entries, proven by anchor {data['anchor']}: {data['file']}",
        ),
        f"SHA-256 {data['sha256']}",
        say(
            f"校验：python3 -I jiugai_verify.py {data['file']}（校验程序在包内，也可向主管部门另取）",
            f"check: python3 -I jiugai_verify.py {data['file']} (the program is in the pack)",
        ),
    ]


def late(
    entries: Annotated[bool, typer.Option("--entries", help=say("逐条列出", "every one of them"))] = False,
    as_json: AsJson = False,
) -> None:
    """Late recordings: written down more than a day after they happened; per unit and month, newest first."""
    with office() as at, at.database.read() as session:
        look = reading(at)
        counts, found = late_counts(session, look), late_entries(session, look)
    data = {
        "counts": [
            {"month": c.month, "unit": c.unit, "entries": c.entries, "longest_days": c.longest_days} for c in counts
        ],
        "entries": [
            {"entry": f"{e.subject_id}/{e.seq}", "subject": e.subject, "action": e.action, "actor": e.actor}
            | {"unit": e.unit, "reason": e.reason, "occurred_at": e.occurred_at, "recorded_at": e.recorded_at}
            for e in found
        ],
    }
    if not found:
        emit(data, as_json=as_json, text=say("没有补录。", "There are no late recordings."))
        return
    heads = [say("月份", "month"), say("单位", "unit"), say("补录", "late"), say("最长（天）", "longest (days)")]
    tables: list[Any] = [grid(heads, [[c.month, c.unit, c.entries, c.longest_days] for c in counts])]
    if entries:
        heads = [
            say("记录", "entry"),
            say("事项", "action"),
            say("天", "days"),
            say("经办", "by"),
            say("理由", "reason"),
        ]
        rows = [[f"{e.subject_id}/{e.seq}", e.action, e.delay.days, e.actor, e.reason] for e in found]
        tables.append(grid(heads, rows))
    emit(data, as_json=as_json, text=tables)
