"""`jiugai review claim`, `transfer`, `delegate`, `add`, `remind` …: what is done with one task of a review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.language import lang, say
from cli.office import keeping, new_request, office
from cli.option import As, AsJson, Reason, RequestId, Source, one_of
from cli.output import emit
from models.review import ReviewTask
from services.city import City
from services.keeping import Keeping
from services.review import confirm
from services.task_act import TASKS
from services.task_adding import Addition, add_reviewer
from services.task_attachment import attach_to_task
from services.task_claim import claim_task, give_back_task, transfer_task, transfer_to_unit
from services.task_copy import copy_round
from services.task_delegation import delegate_task, recall_delegation
from services.task_reminder import remind_task
from services.task_removal import remove_reviewer
from services.task_withdrawal import withdraw_opinion
from states.review import TaskStatus
from states.review_task import Place

Task = Annotated[int, typer.Argument(metavar="TASK", help=say("任务编号，见 review show", "the task, see review show"))]
To = Annotated[str, typer.Option("--to", metavar="LOGIN", help=say("交给谁（账号）", "the login it goes to"))]
MaybeTo = Annotated[
    str | None, typer.Option("--to", metavar="LOGIN", help=say("交给谁（账号）", "the login it goes to"))
]
MaybeUnit = Annotated[
    str | None, typer.Option("--unit", metavar="UNIT", help=say("交给哪个单位（机构编号）", "the unit it goes to"))
]
Act = Callable[[Session, City, int, Keeping], ReviewTask]


def claim(task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Take a task from the unit's pool: from then on it is this person's."""
    _act(claim_task, task, login, reason, request_id, as_json)


def give_back(
    task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """Put a claimed task back into the unit's pool."""
    _act(give_back_task, task, login, reason, request_id, as_json)


def transfer(
    task: Task,
    login: As,
    to: MaybeTo = None,
    unit: MaybeUnit = None,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Give a task to another reviewer of the unit, or (the lead alone) to another unit."""
    if (to is None) == (unit is None):
        raise typer.BadParameter(say("--to 和 --unit 写且只写一个", "give either --to or --unit"))

    def act(session: Session, city: City, number: int, kept: Keeping) -> ReviewTask:
        if to is not None:
            return transfer_task(session, city, number, to, kept)
        return transfer_to_unit(session, city, number, str(unit), kept)

    _act(act, task, login, reason, request_id, as_json)


def delegate(
    task: Task,
    login: As,
    to: To,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Have somebody of the unit prepare the opinion; it comes back to be confirmed or changed."""
    _act(lambda s, c, n, k: delegate_task(s, c, n, to, k), task, login, reason, request_id, as_json)


def recall(task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Take a delegated task back."""
    _act(recall_delegation, task, login, reason, request_id, as_json)


def confirm_(task: Task, login: As, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Make what the delegate has proposed the opinion of the unit, unchanged."""
    _act(confirm, task, login, "", request_id, as_json)


def withdraw(task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Take one's own opinion back before anybody has acted on it."""
    _act(withdraw_opinion, task, login, reason, request_id, as_json)


def add(
    task: Task,
    place: Annotated[Place, typer.Argument(metavar="PLACE", parser=one_of(Place), help="before | after | beside")],
    login: As,
    *,
    to: MaybeTo = None,
    unit: MaybeUnit = None,
    matter: Annotated[
        str | None, typer.Option("--matter", help=say("看什么，默认同该任务", "the matter, else the task's"))
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="LIMIT", help=say("期限标识，默认同该任务", "else the task's"))
    ] = None,
    weight: Annotated[
        int | None, typer.Option("--weight", min=0, help=say("权重，只用于按权重表决", "for weighted votes"))
    ] = None,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Add a reviewer before, after or beside a task."""
    if to is None and unit is None:
        raise typer.BadParameter(say("请写 --unit 或 --to", "give --unit or --to"))
    wish = Addition(place, unit, to, matter, limit, weight)
    _act(lambda s, c, n, k: add_reviewer(s, c, n, wish, k), task, login, reason, request_id, as_json)


def remove(task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Take an added reviewer off again."""
    _act(remove_reviewer, task, login, reason, request_id, as_json)


def remind(task: Task, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Remind whoever has the task; once for a task and working day."""
    with office() as at, at.database.write() as session:
        kept = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        done = remind_task(session, at.city, task, kept)
        data = {"task": task, "reminder": done.id, "counted_on": done.counted_on, "told": done.told}
    told = "、".join(done.told)
    emit(data, as_json=as_json, text=say(f"已催办：{told}", f"reminded: {told}"))


def copy(
    round_id: Annotated[
        int, typer.Argument(metavar="ROUND", help=say("轮次编号，见 review show", "the round's id, see review show"))
    ],
    login: As,
    to: To,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Let a person read along with a round: messages, no say."""
    with office() as at, at.database.write() as session:
        kept = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        done = copy_round(session, at.city, round_id, to, kept)
        data = {"round": round_id, "to": to, "copied_at": done.copied_at}
    emit(data, as_json=as_json, text=say(f"已抄送 {to}", f"copied to {to}"))


def attach(task: Task, path: Source, login: As, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Put a file to an opinion."""
    with office() as at, at.database.write() as session, path.open("rb") as content:
        kept = keeping(session, at, login, request_id=new_request(request_id))
        done = attach_to_task(session, at.city, task, Path(path).name, content, kept)
        data = {"task": task, "attachment": done.id, "file": done.filename, "sha256": done.sha256, "size": done.size}
    emit(data, as_json=as_json, text=say(f"已附上“{data['file']}”", f"attached {data['file']}"))


def _act(act: Act, task: int, login: str, reason: str, request_id: str | None, as_json: bool) -> None:
    with office() as at, at.database.write() as session:
        kept = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        done = act(session, at.city, task, kept)
        session.flush()
        data = _data(done)
    emit(data, as_json=as_json, text=_text(data))


def _data(task: ReviewTask) -> dict[str, Any]:
    return {
        "task": task.id,
        "unit": task.organisation.name,
        "matter": task.matter,
        "status": str(task.status),
        "holder": task.claimed_by,
        "delegate": task.delegate,
        "opinion": task.opinion,
    }


def _text(data: dict[str, Any]) -> str:
    status = TASKS[TaskStatus(data["status"])].text(lang())
    has = say(f"，由 {data['holder']} 办理", f", with {data['holder']}") if data["holder"] else ""
    asked = say(f"，已委派 {data['delegate']}", f", delegated to {data['delegate']}") if data["delegate"] else ""
    return f"{data['task']} {data['unit']} · {data['matter']}：{status}{has}{asked}"


COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("claim", claim, say("签收：从本单位待办里领走，归本人办理。", "Take a task from the unit's pool.")),
    ("give-back", give_back, say("退回本单位待签收。", "Put a task back into the unit's pool.")),
    ("transfer", transfer, say("转办：给本单位另一人；牵头部门可转其他单位。", "Give a task to somebody else.")),
    ("delegate", delegate, say("委派：请人拟提意见，回来由本人确认。", "Have somebody prepare the opinion.")),
    ("recall-delegation", recall, say("收回委派。", "Take a delegated task back.")),
    ("confirm", confirm_, say("确认采用受托人拟提的意见。", "Confirm what the delegate proposed.")),
    ("withdraw", withdraw, say("撤回本人意见（无人据此办理之前）。", "Take one's own opinion back.")),
    ("add", add, say("加签：在某任务之前、之后或同时加请一人或一个单位。", "Add a reviewer.")),
    ("remove", remove, say("减签：去掉加签的人。", "Take an added reviewer off.")),
    ("remind", remind, say("催办：每件任务每个工作日一次。", "Remind, once a working day.")),
    ("copy", copy, say("抄送：知悉，不答复。", "Let somebody read along.")),
    ("attach", attach, say("给意见添加附件。", "Put a file to an opinion.")),
)


def register(app: typer.Typer) -> None:
    """Put these commands into the group of reviews."""
    for name, function, words in COMMANDS:
        app.command(name, help=words)(function)
