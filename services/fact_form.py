"""The form of facts (填报表): every fact of the pack with what may be typed, those the next moves read first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy.fact import FactInvalid, expectation
from policy.pack import Pack
from services.fact_list import FactLine
from services.reading import Reading
from states.procedure import Nature
from states.requirement import ConditionHolds, ConsentReached, DateReached, FactsKnown


@dataclass(frozen=True, slots=True)
class FactField:
    """One fact to fill in: `kind` its type, `hint` what may be typed, `text` what is on record (empty for nothing).

    `needed` when a forward move from here reads it.
    """

    code: str
    label: str
    kind: str
    unit: str
    choices: tuple[str, ...]
    hint: str
    text: str
    needed: bool


def fact_fields(reading: Reading, pack: Pack, step: str, facts: tuple[FactLine, ...]) -> tuple[FactField, ...]:
    """The fields for a project at `step`, those needed now and still empty first, then in the pack's order."""
    known, needed = {fact.code: fact.text for fact in facts}, _needed(pack, step)
    fields = []
    for code, entry in pack.facts.items():
        choices = ("是", "否") if entry.type == "flag" else tuple((entry.choices or {}).values())
        hint = expectation(entry)[0]
        label = reading.say(entry.label, entry.en or entry.label)
        text, wanted = known.get(code, ""), code in needed
        fields.append(FactField(code, label, entry.type, entry.unit, choices, hint, text, wanted))
    return tuple(sorted(fields, key=lambda one: (not one.needed, bool(one.text))))


def wrong_facts(pack: Pack, given: Mapping[str, str]) -> dict[str, FactInvalid]:
    """What of this cannot be recorded, by fact: all of it at once, so that nobody corrects a form field by field."""
    found: dict[str, FactInvalid] = {}
    for code, text in given.items():
        try:
            pack.parse_fact(code, text)
        except FactInvalid as wrong:
            found[code] = wrong
    return found


def _needed(pack: Pack, step: str) -> set[str]:
    found: set[str] = set()
    for move in pack.procedure.moves_from(step):
        for one in move.requirements if move.nature is Nature.forward else ():
            if isinstance(one, FactsKnown):
                found |= {named.code for named in one.facts}
            elif isinstance(one, ConditionHolds):
                found |= {named.code for named in one.uses}
            elif isinstance(one, DateReached):
                found.add(one.fact.code)
            elif isinstance(one, ConsentReached):
                found |= {named.code for named in one.uses}
    return found
