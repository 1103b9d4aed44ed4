"""Attachments of opinions (意见附件): files put to a task, in the document store, beside the project's own papers."""

from __future__ import annotations

from typing import BinaryIO

from sqlalchemy.orm import Session

from models.review import ReviewTask
from models.review_attachment import ReviewAttachment
from services.audit import record
from services.city import City
from services.document import accepted_media, plain_name, store
from services.keeping import Keeping
from services.media import Media
from services.task_act import require_open_round, task_act, task_act_before, unfit
from services.task_hold import Held, hold_task
from services.task_holder import answering
from states.label import Label
from states.review import TaskStatus

_ACT = Label("添加附件", "attached to")
_ATTACHMENT = Label("意见附件", "attachment of an opinion")


def attach_to_task(
    session: Session, city: City, task_id: int, filename: str, content: BinaryIO, keeping: Keeping
) -> ReviewAttachment:
    """Store a file with a task, before or after its opinion, until the round ends; by whoever may answer it.

    Anything but a program is taken; what is refused leaves nothing in the store. Harmless when repeated under its
    request id. Raises TaskMissing, OpinionForbidden, TaskClaimed, DocumentEmpty, DocumentTooLarge,
    DocumentTypeRefused, DocumentNameMisleads, StoreFull, StoreUnavailable, TaskUnfit, ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = answering(session, task, keeping.actor).capacity
    done = task_act_before(session, held, task, "opinion_attached", keeping)
    if done is not None:
        return session.get_one(ReviewAttachment, done.after["attachment"])
    _require_taken(held, task)
    name = plain_name(filename) or "附件"
    sha256, size, media = store(city, content, name, lambda head: _accepted(name, head))
    row = ReviewAttachment(
        task_id=task.id,
        filename=name,
        media_type=media.mime,
        size=size,
        sha256=sha256,
        uploaded_at=keeping.now,
        uploaded_by=keeping.actor.login,
    )
    session.add(row)
    session.flush()
    after = {"attachment": row.id, "file": name, "sha256": sha256, "size": size}
    record(session, task_act(held, task, "opinion_attached", keeping, capacity, after=after))
    return row


def _require_taken(held: Held, task: ReviewTask) -> None:
    require_open_round(held, task, _ACT)
    if task.status not in (TaskStatus.open, TaskStatus.waiting, TaskStatus.answered):
        raise unfit(task, _ACT)


def _accepted(name: str, head: bytes) -> Media:
    return accepted_media(name, head, ("any",), _ATTACHMENT)
