"""What people add to a project's record (填报): documents, facts, milestones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import say
from cli.office import keeping, office
from cli.option import As, AsJson, Code, Day, Source
from cli.output import emit
from services.document import Upload
from services.document import attach as attach_document
from services.fact import reach_milestone, record_facts
from services.project import lock_project

Kind = Annotated[
    str, typer.Argument(metavar="KIND", help=say("材料标识，见 policy show", "the kind of document, see policy show"))
]


def attach(code: Code, kind: Kind, path: Source, login: As, as_json: AsJson = False) -> None:
    """Store a file as the next version of its kind."""
    with office() as at, at.database.write() as session, path.open("rb") as content:
        upload = Upload(kind, Path(path).name, content)
        done = attach_document(session, at.city, lock_project(session, code), upload, keeping(session, at, login))
        data = {"project": code, "kind": kind, "version": done.version, "file": done.filename, "sha256": done.sha256}
    emit(
        data,
        as_json=as_json,
        text=say(f"已存“{data['file']}”为第 {data['version']} 版", f"stored as version {data['version']}"),
    )


def set_facts(
    code: Code,
    facts: Annotated[
        list[str], typer.Argument(metavar="FACT=VALUE…", help=say("如 households=120", "as households=120"))
    ],
    login: As,
    as_json: AsJson = False,
) -> None:
    """Record facts as they are typed; unchanged ones leave no trace."""
    values = dict(_pair(text) for text in facts)
    with office() as at, at.database.write() as session:
        record_facts(session, lock_project(session, code), values, keeping(session, at, login), city=at.city)
    emit(
        {"project": code, "facts": values},
        as_json=as_json,
        text=say(f"已填报 {len(values)} 项", f"{len(values)} recorded"),
    )


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise typer.BadParameter(say(f"“{text}”应写作 标识=值", f'"{text}" has to be fact=value'))
    return name.strip(), value.strip()


def milestone(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("节点标识", "the milestone"))],
    on: Day,
    login: As,
    as_json: AsJson = False,
) -> None:
    """Record that a milestone was reached."""
    with office() as at, at.database.write() as session:
        reach_milestone(session, at.city, lock_project(session, code), name, on, keeping(session, at, login))
    emit(
        {"project": code, "milestone": name, "day": on},
        as_json=as_json,
        text=say(f"已记录 {name}：{on}", f"{name}: {on}"),
    )
