"""Separated duties (职责分离) in reviews: who may not answer, because of what they did themselves or for another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy.orm import Session

from models.project import Project
from policy.pack import Pack
from services.deed import Deeds, load_deeds
from services.identity import Actor, Capacity
from services.task_hold import Held
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.refusal import Refusal


class DutyConflict(JiugaiError):
    """Who did something earlier in the matter may not answer in this review, nor may who acts for them."""

    code = "duty_conflict"
    kind = Kind.refused
    zh = "{actor} 不能办理“{review}”的审查任务：{reasons}。本次未办理；填写的内容请复制，转请该单位其他审查人办理。"
    en = '{actor} cannot answer in "{review}": {reasons_en}. Nothing was done; another reviewer of the unit has to.'


class ReviewDuties:
    """The duties the pack separates from answering in one review of one project; the deeds are read once, if at all."""

    def __init__(self, session: Session, project: Project, pack: Pack, review: str) -> None:
        self._session, self._project, self._pack, self._review = session, project, pack, review

    @cached_property
    def _deeds(self) -> Deeds:
        return load_deeds(self._session, self._project, self._pack)

    def refusals(self, logins: frozenset[str]) -> list[Refusal]:
        """What bars the people of these logins, who act together: the one who acts, and on whose behalf."""
        rules = self._pack.duties_of_review(self._review)
        return [refusal for rule in rules for refusal in rule.barring(self._deeds, logins)]

    def fitting(self, actor: Actor, capacities: Sequence[Capacity]) -> Capacity:
        """The first of these capacities no duty bars: who stands in for two may act for the other one; else the first.

        The deeds are only read where there is something to choose.
        """
        if len(capacities) == 1:
            return capacities[0]
        return next((one for one in capacities if not self.refusals(one.logins(actor))), capacities[0])

    def words_against(self, login: str) -> Label | None:
        """Why the person of this login could not answer by themselves, in words; None where nothing is against it."""
        said = [refusal.says for refusal in self.refusals(frozenset({login}))]
        return Label("；".join(one.zh for one in said), "; ".join(one.text("en") for one in said)) if said else None

    def require(self, actor: Actor, capacity: Capacity) -> None:
        """Refuse who is barred. Raises DutyConflict, which says who did what when."""
        said = [refusal.says for refusal in self.refusals(capacity.logins(actor))]
        if said:
            raise DutyConflict(
                actor=actor.name or actor.login,
                review=self._pack.review(self._review).label,
                reasons="；".join(one.zh for one in said),
                reasons_en="; ".join(one.text("en") for one in said),
            )


def duties_of(session: Session, held: Held) -> ReviewDuties:
    """The duties of answering in a round that is held."""
    return ReviewDuties(session, held.project, held.pack, held.review.code)
