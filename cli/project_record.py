"""What people add to a project's record (填报): documents, facts, milestones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import lang, say
from cli.office import keeping, office
from cli.option import As, AsJson, Code, Day, Source
from cli.output import emit
from policy.lookup import entry_code
from policy.pack import Pack
from services.document import Upload
from services.document import attach as attach_document
from services.fact import reach_milestone, record_facts
from services.pack import pack_of
from services.project import lock_project

Kind = Annotated[str, typer.Argument(metavar="KIND", help=say("材料的标识或名称", "the document, by code or name"))]


def attach(code: Code, kind: Kind, path: Source, login: As, as_json: AsJson = False) -> None:
    """Store a file as the next version of its kind."""
    with office() as at, at.database.write() as session, path.open("rb") as content:
        project = lock_project(session, code)
        pack = pack_of(project.pack_version)
        upload = Upload(entry_code(pack, "document", kind), Path(path).name, content)
        done = attach_document(session, at.city, project, upload, keeping(session, at, login))
        name = pack.document_entry(upload.kind).name.text(lang())
        data = {
            "project": code,
            "kind": upload.kind,
            "label": name,
            "version": done.version,
            "file": done.filename,
            "sha256": done.sha256,
        }
    emit(
        data,
        as_json=as_json,
        text=say(
            f"已存“{data['file']}”为“{name}”第 {data['version']} 版", f'stored as "{name}", version {data["version"]}'
        ),
    )


def set_facts(
    code: Code,
    facts: Annotated[
        list[str],
        typer.Argument(
            metavar="FACT=VALUE…",
            help=say("标识或名称=值，如 households=120、总户数=120", "code or name=value, as households=120"),
        ),
    ],
    login: As,
    as_json: AsJson = False,
) -> None:
    """Record facts as they are typed; unchanged ones leave no trace."""
    typed = [_pair(text) for text in facts]
    with office() as at, at.database.write() as session:
        project = lock_project(session, code)
        values = _by_code(pack_of(project.pack_version), typed)
        record_facts(session, project, values, keeping(session, at, login), city=at.city)
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


def _by_code(pack: Pack, typed: list[tuple[str, str]]) -> dict[str, str]:
    """The values by the codes of their facts. Raises BadParameter for one fact told twice, once by another name."""
    values: dict[str, str] = {}
    for name, value in typed:
        code = entry_code(pack, "fact", name)
        if values.setdefault(code, value) != value:
            raise typer.BadParameter(
                say(f"“{name}”（{code}）填了两个不同的值", f'"{name}" ({code}) was given two different values')
            )
    return values


def milestone(
    code: Code,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=say("节点的标识或名称", "the milestone, by code or name"))
    ],
    on: Day,
    login: As,
    as_json: AsJson = False,
) -> None:
    """Record that a milestone was reached."""
    with office() as at, at.database.write() as session:
        project = lock_project(session, code)
        pack = pack_of(project.pack_version)
        found = entry_code(pack, "milestone", name)
        reach_milestone(session, at.city, project, found, on, keeping(session, at, login))
        label = pack.milestone(found).name.text(lang())
    emit(
        {"project": code, "milestone": found, "label": label, "day": on},
        as_json=as_json,
        text=say(f"已记录“{label}”：{on}", f"{label}: {on}"),
    )
