"""What has to be in order before a round is opened (表决发起条件): place, plan, and a roll that adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from models.project import Project
from models.vote import Household
from policy.pack import Pack
from policy.schema_vote import ConsentEntry, PollEntry
from services.case import load_facts
from services.vote_count import heads_of
from services.vote_error import (
    ConsentByFacts,
    PlanIncomplete,
    RollAreaDiffers,
    RollEmpty,
    RollOwnersDiffer,
    ScopeUnfit,
    TotalUnknown,
)
from services.vote_plan import Plan
from services.vote_roll import place_words
from states.case import FactValue
from states.vote import Measure

CENT = 100
"""Hundredths of a square metre in one."""
_PLACES = {
    "community": ((False, False), "由全体业主表决，不写楼栋和单元", "is voted on by all owners, without a place"),
    "building": ((True, False), "按栋表决，要写楼栋、不写单元", "is voted on by one building"),
    "entrance": ((True, True), "按单元表决，楼栋和单元都要写", "is voted on by one entrance of one building"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """A wish to open a round: which consent, where (as its scope asks), and the area declared for that place in m².

    Without `area` the roll has to add up to the facts the pack names; one entrance of a larger community declares its
    own.
    """

    consent: str
    building: str = ""
    entrance: str = ""
    area: Decimal | None = None


def voted_on(pack: Pack, opening: Opening) -> tuple[ConsentEntry, PollEntry]:
    """The consent a wish names, with how it is voted on. Raises PackEntryUnknown, ConsentByFacts, ScopeUnfit."""
    consent = pack.consent(opening.consent)
    if consent.poll is None:
        raise ConsentByFacts(consent=consent.label)
    wanted, needs, needs_en = _PLACES[consent.poll.scope]
    if (bool(opening.building), bool(opening.entrance)) != wanted:
        raise ScopeUnfit(consent=consent.label, needs=needs, needs_en=needs_en)
    return consent, consent.poll


def require_plan(pack: Pack, entry: PollEntry, plan: Plan) -> None:
    """Refuse to vote on papers that are not on file or facts nobody has recorded. Raises PlanIncomplete."""
    missing = [pack.document_entry(code).label for code in entry.about.documents if code not in plan.papers]
    missing += [pack.fact(code).label for code in entry.about.facts if code not in plan.facts]
    if missing:
        raise PlanIncomplete(missing="、".join(missing))


def require_total(
    session: Session,
    project: Project,
    pack: Pack,
    opening: Opening,
    units: Sequence[Household],
    measures: Sequence[Measure],
) -> None:
    """Refuse a roll that does not add up to what is declared, telling the difference.

    Raises RollEmpty, TotalUnknown, RollAreaDiffers, RollOwnersDiffer.
    """
    if not units:
        raise RollEmpty(place=place_words(opening.building, opening.entrance) or "任何楼栋")
    entry, facts = voted_on(pack, opening)[1], load_facts(session, project, pack)
    if Measure.area in measures:
        declared = opening.area if opening.area is not None else _declared(pack, entry.total_area, facts)
        _require_area(Decimal(sum(unit.area for unit in units)) / CENT, declared, entry.tolerance)
    if entry.total_owners and opening.area is None:
        owners, known = heads_of(units, entry.heads), _declared(pack, entry.total_owners, facts)
        if owners != known:
            raise RollOwnersDiffer(found=owners, declared=known)


def _require_area(found: Decimal, declared: Decimal, tolerance: Decimal) -> None:
    difference = abs(found - declared)
    if difference > tolerance:
        raise RollAreaDiffers(
            found=f"{found:,.2f}", declared=f"{declared:,.2f}", difference=f"{difference:,.2f}", tolerance=tolerance
        )


def _declared(pack: Pack, fact: str | None, facts: Mapping[str, FactValue]) -> Decimal:
    if fact is None or fact not in facts:
        raise TotalUnknown(fact=pack.fact(fact).label if fact else "总面积")
    return Decimal(str(facts[fact]))
