"""Counting a round (计票): units become voters, the outcome becomes JSON and back, roll and ballots become one hash."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.vote import Ballot, Household, Poll
from policy.schema_vote import PollEntry, RuleVersion
from services.vote_roll import place_key, units_of
from states.vote import Base, Choice, Count, Measure, Missing, Outcome, Threshold, Voter, count_votes

Json = dict[str, Any]


def rule_json(code: str, label: str, version: RuleVersion, entry: PollEntry) -> Json:
    """The rule of a round as it is kept: fractions in text, the version it is and where it comes from."""
    return {
        "rule": code,
        "label": label,
        "effective_from": version.effective_from.isoformat(),
        "quorum": str(version.quorum),
        "share": str(version.share),
        "inclusive": version.inclusive,
        "base": version.base.value,
        "measures": [measure.value for measure in version.measures],
        "heads": entry.heads,
        "source": version.source,
    }


def threshold_of(poll: Poll) -> Threshold:
    """The numbers a round was opened under."""
    rule = poll.rule
    measures = tuple(Measure(name) for name in rule["measures"])
    return Threshold(Fraction(rule["quorum"]), Fraction(rule["share"]), rule["inclusive"], Base(rule["base"]), measures)


def asked(session: Session, poll: Poll) -> list[Household]:
    """The units a round asks, in the order of the roll."""
    return at_place(units_of(session, poll.roll_id), poll.building, poll.entrance)


def at_place(units: Iterable[Household], building: str, entrance: str) -> list[Household]:
    """Those of one building, of one entrance, or all where neither is named."""
    wanted = place_key(building, entrance)
    return [
        unit
        for unit in units
        for found in [place_key(unit.building, unit.entrance)]
        if building in ("", unit.building) or found[0] == wanted[0]
        if entrance in ("", unit.entrance) or found[1] == wanted[1]
    ]


def ballots_of(session: Session, poll_id: int) -> dict[int, Ballot]:
    """The ballots that count, by unit."""
    current = select(Ballot).where(Ballot.poll_id == poll_id, Ballot.superseded_at.is_(None))
    return {ballot.household_id: ballot for ballot in session.scalars(current)}


def heads_of(units: Sequence[Household], heads: str) -> int:
    """How many owners have a say: a holder of several units is one head; with `co_owner` everybody counts."""
    return sum(voter.heads for voter in voters_of(units, {}, heads))


def voters_of(units: Iterable[Household], choices: Mapping[int, Choice], heads: str) -> list[Voter]:
    """The voters behind units: those of one holder together are one voter, with the choice made for any of them."""
    groups: dict[str, list[Household]] = defaultdict(list)
    for unit in units:
        groups[f"holder {unit.holder}" if unit.holder else f"unit {unit.id}"].append(unit)
    return [
        Voter(
            heads=max(unit.owners for unit in group) if heads == "co_owner" else 1,
            area=sum(unit.area for unit in group),
            choice=next((choices[unit.id] for unit in group if unit.id in choices), None),
        )
        for group in groups.values()
    ]


def count(session: Session, poll: Poll) -> Outcome:
    """How a round stands now, counted from its roll and its ballots; two statements."""
    choices = {unit: Choice(ballot.choice) for unit, ballot in ballots_of(session, poll.id).items()}
    return count_votes(voters_of(asked(session, poll), choices, poll.rule["heads"]), threshold_of(poll))


def outcome_json(outcome: Outcome, base: Base) -> Json:
    """An outcome as it is frozen: whole numbers (area in 0.01 m²) and shares as fractions in text."""
    missing = outcome.missing
    short = missing and {"voters": missing.voters, "measures": {m.value: n for m, n in missing.measures.items()}}
    return {
        "passed": outcome.passed,
        "counts": {
            measure.value: {
                "total": found.total,
                "voted": found.voted,
                "agreed": found.agreed,
                "participation": str(found.participation()),
                "approval": str(found.approval(base)),
            }
            for measure, found in outcome.counts.items()
        },
        "missing": short,
    }


def outcome_of(data: Json) -> Outcome:
    """The outcome back from `outcome_json`."""
    stored = [(measure, data["counts"][measure.value]) for measure in Measure]
    counts = {measure: Count(c["total"], c["voted"], c["agreed"]) for measure, c in stored}
    short = data["missing"]
    missing = short and Missing(short["voters"], {Measure(name): n for name, n in short["measures"].items()})
    return Outcome(counts, data["passed"], missing or None)


def digest_of(poll: Poll, units: Iterable[Household], ballots: Mapping[int, Ballot]) -> str:
    """SHA-256 (hex) over the rule, the plan, every unit asked and every ballot that counts, in the roll's order."""
    lines = [[_unit(unit), _ballot(ballots.get(unit.id))] for unit in units]
    content = {"rule": poll.rule, "about": poll.about, "place": [poll.building, poll.entrance], "units": lines}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _unit(unit: Household) -> list[Any]:
    return [unit.building, unit.entrance, unit.room, unit.owners, unit.area, unit.holder, unit.name]


def _ballot(ballot: Ballot | None) -> list[Any] | None:
    if ballot is None:
        return None
    return [ballot.choice, ballot.way, ballot.collected_by, ballot.cast_on.isoformat(), ballot.document_id]
