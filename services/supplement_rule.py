"""The rule of the one list (一次性告知): what was not demanded with it cannot be demanded later in the same round."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.supplement import Supplement
from services.city import City
from services.supplement_error import SupplementTwice
from services.task_hold import Held
from states.review import Opinion


def require_first_demand(session: Session, city: City, held: Held, opinion: Opinion) -> None:
    """Refuse a demand for papers once the round has had its list (行政许可法 32). Raises SupplementTwice."""
    if opinion is not Opinion.supplement:
        return
    before = session.scalar(select(Supplement).where(Supplement.review_id == held.review.id))
    if before is not None:
        raise SupplementTwice(review=held.entry.label, round=held.review.round, day=city.day(before.issued_at))
