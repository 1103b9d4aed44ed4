"""`jiugai audit anchor`, `anchors`, `check-anchor`, `key`: anchors taken, listed, and held against the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.audit_verify import tell, verified
from cli.language import say
from cli.office import office, operator
from cli.option import AsJson
from cli.output import emit, grid, note
from runtime.anchor_key import key_file
from runtime.anchoring import Anchored, anchor_record, own_key, read_file
from runtime.office import Office
from services.anchor import list_anchors, signed
from services.anchor_handout import handouts_of
from services.anchor_statement import SignedAnchor
from services.atomic_file import write_atomically


def anchor(as_json: AsJson = False) -> None:
    """Take an anchor over everything written so far and hand it out; exit code 1 when a way of handing out fails."""
    with office() as at:
        done = anchor_record(at, taken_by=operator(), now=at.now())
        data = _data(done.taken.anchor) | {"is_new": done.taken.is_new, "places": done.places}
        emit(data, as_json=as_json, text=_taken(at, done))
        done.require_handed()


def _data(one: SignedAnchor) -> dict[str, Any]:
    return one.as_dict() | {"hash": one.statement.hash, "code": one.code}


def _taken(at: Office, done: Anchored) -> list[str]:
    said = done.taken.anchor.statement
    when = f"{said.taken_at.astimezone(at.settings.zone):%Y-%m-%d %H:%M:%S}"
    head = (
        say(f"已锚定：第 {said.number} 号", f"Anchored: no. {said.number}")
        if done.taken.is_new
        else say(
            f"没有新记录，最新的仍是第 {said.number} 号锚点", f"Nothing is new; the newest anchor is {said.number}"
        )
    )
    return [
        head,
        f"{say('时间', 'taken at')}  {when}",
        f"{say('记录', 'entries')}  {said.size}",
        f"{say('根', 'root')}    {said.root}",
        *(f"{say('交存', 'handed')}  {place}" for place in done.places),
        f"{say('编码（可印成二维码）', 'code, for a QR code')}",
        done.taken.anchor.code,
    ]


def anchors(
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("最多列出几个", "how many at most"))] = 30,
    as_json: AsJson = False,
) -> None:
    """The newest anchors, newest first, with where each was handed out to."""
    with office() as at, at.database.read() as session:
        rows = list_anchors(session, limit=limit)
        handed = handouts_of(session, [row.number for row in rows])
        data = [
            _data(signed(row))
            | {"taken_by": row.taken_by, "handed": [{"way": one.way, "place": one.place} for one in handed[row.number]]}
            for row in rows
        ]
        lines = [
            [
                row.number,
                f"{row.taken_at.astimezone(at.settings.zone):%Y-%m-%d %H:%M}",
                row.size,
                f"{row.root[:16]}…",
                row.taken_by,
                [_WAYS[one.way]() for one in handed[row.number]],
            ]
            for row in rows
        ]
    heads = [
        say("编号", "no."),
        say("时间", "taken at"),
        say("记录", "entries"),
        say("根", "root"),
        say("由", "by"),
        say("交存", "handed"),
    ]
    none = say("还没有锚点。", "There is no anchor yet.")
    emit(data, as_json=as_json, text=grid(heads, lines) if lines else none)


_WAYS = {
    "file": lambda: say("文件", "file"),
    "mail": lambda: say("消息", "message"),
    "webhook": lambda: say("接口", "webhook"),
}


def check_anchor(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help=say("锚点文件，或存有锚点编码的文件；可给多个", "anchor files, or files with codes")
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Verify the whole record against anchors out of other hands; several narrow down where it was changed."""
    handed = tuple(read_file(path) for path in files)
    with office() as at:
        found, breaks = verified(at, handed, None, [])
    if not breaks and not as_json:
        for one in handed:
            said = one.statement
            note(
                say(
                    f"第 {said.number} 号锚点（{said.size} 条记录）与现有留痕一致。",
                    f"Anchor {said.number} ({said.size} entries) agrees with the record.",
                )
            )
    tell(found, breaks, as_json=as_json)


def key(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("写入 PEM 文件", "write a PEM file"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The public key anchors are signed with: give it to whoever keeps anchors."""
    with office() as at:
        pem = key_file(at.settings).public_pem
        data = {"algorithm": "Ed25519", "key": own_key(at.settings), "pem": pem}
    if output is not None:
        write_atomically(output, pem.encode())
    emit(data, as_json=as_json, text=[f"Ed25519  {data['key']}", pem.rstrip()])
