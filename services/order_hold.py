"""Finding and holding a supervision order (督办单): by its number or id, locked through its project's row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.project import Project
from models.supervision import SupervisionOrder
from policy.pack import Pack
from services.identity import OWN, Capacity
from services.lock import hold_project
from services.pack import pack_of
from states.exceptions import JiugaiError, Kind


class OrderMissing(JiugaiError):
    """No order of that number."""

    code = "order_missing"
    kind = Kind.missing
    zh = "没有督办单“{order}”。请用 jiugai order list 查看。"
    en = 'There is no supervision order "{order}". See `jiugai order list`.'


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order as it stands now, under the lock of its project, and in which capacity whoever holds it acts."""

    order: SupervisionOrder
    project: Project
    pack: Pack
    capacity: Capacity = OWN


def find_order(session: Session, order: str | int) -> SupervisionOrder:
    """The order by its number (阳光督〔2026〕12号) or its id. Raises OrderMissing."""
    text = str(order).strip()
    found = session.scalar(select(SupervisionOrder).where(SupervisionOrder.code == text))
    if found is None and text.isascii() and text.isdigit():
        found = session.get(SupervisionOrder, int(text))
    if found is None:
        raise OrderMissing(order=text)
    return found


def hold_order(session: Session, order: str | int) -> HeldOrder:
    """The order, locked through its project's row. Raises OrderMissing."""
    found = find_order(session, order)
    project = hold_project(session, found.project_id)
    session.refresh(found)
    return HeldOrder(found, project, pack_of(project.pack_version))
