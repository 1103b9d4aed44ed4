"""`jiugai user because`: why a task, a step, a warning or a message came to somebody, and who else could do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.language import lang, say
from cli.lazy import group
from cli.office import office, reading
from cli.option import AsJson, Code, Trigger
from cli.output import emit, grid
from services.asked_because import because_of_clock, because_of_message, because_of_step, because_of_task
from services.because import Because
from services.candidate import Candidate, move_candidates, task_candidates
from services.project import find_project
from services.reading import Reading
from services.rendition import as_data

app = group(say("为何请我办：从规定、单位到人员的依据。", "Why it came to me: rule, unit, person, with sources."))

Of = Annotated[
    str | None, typer.Option("--of", metavar="LOGIN", help=say("只看此人；不填为所有经办人", "this person only"))
]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help=say("编号", "its number"))]


@app.command("task", help=say("一项审查任务，编号见 review show。", "A review task, see review show."))
def task(number: Number, of: Of = None, as_json: AsJson = False) -> None:
    """From the move that set the review off to the reviewer."""
    _show(lambda session, look: because_of_task(session, look, number, of), as_json)


@app.command("step", help=say("一个项目当前的步骤。", "The step a project stands at."))
def step(code: Code, of: Of = None, as_json: AsJson = False) -> None:
    """From the move that brought it there to whoever holds it."""
    _show(lambda session, look: because_of_step(session, look, code, of), as_json)


@app.command("clock", help=say("一个期限的预警，编号见 clock list。", "The warnings of a limit, see clock list."))
def clock(number: Number, of: Of = None, as_json: AsJson = False) -> None:
    """From the limit to the receivers of every rung."""
    _show(lambda session, look: because_of_clock(session, look, number, of), as_json)


@app.command("message", help=say("一条消息。", "A message."))
def message(number: Number, as_json: AsJson = False) -> None:
    """From the event behind it to its receiver."""
    _show(lambda session, look: because_of_message(session, look, number), as_json)


def _show(find: Callable[[Session, Reading], Because], as_json: bool) -> None:
    with office() as at, at.database.read() as session:
        found = find(session, reading(at))
    heads = [say("环节", "link"), say("缘由", "reason"), say("来源", "source")]
    rows = [[one.link.label.text(lang()), one.text, one.source] for one in found.reasons]
    emit(as_data(found, lang()), as_json=as_json, text=[found.about, grid(heads, rows)])


@app.command("candidates", help=say("谁可以办一个动作，谁不可以、为什么。", "Who could make a move, and who not."))
def candidates(code: Code, trigger: Trigger, as_json: AsJson = False) -> None:
    """Everybody in the seat, with what keeps them from it."""
    with office() as at, at.database.read() as session:
        found = move_candidates(session, reading(at), find_project(session, code), trigger)
    _candidates(found, as_json)


@app.command("reviewers", help=say("谁可以办一项审查任务，谁不可以、为什么。", "Who could answer a task, and who not."))
def reviewers(number: Number, as_json: AsJson = False) -> None:
    """Everybody of the unit, with what keeps them from it."""
    with office() as at, at.database.read() as session:
        found = task_candidates(session, reading(at), number)
    _candidates(found, as_json)


def _candidates(found: Sequence[Candidate], as_json: bool) -> None:
    heads = [say("姓名", "name"), say("缘由", "because"), say("不能办的原因", "excluded")]
    rows = [[f"{one.name}（{one.login}）", one.because, one.excluded] for one in found]
    data = [{**as_data(one, lang()), "free": one.is_free} for one in found]
    emit(data, as_json=as_json, text=grid(heads, rows) if rows else say("没有人", "nobody"))
