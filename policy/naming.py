"""Names and types of a pack checked (引用检查): every name resolves, every fact is used with its type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from zoneinfo import available_timezones

from policy.expression import ConditionInvalid, compile_condition
from policy.fault import Fault, Path, PositionMap, make_fault
from policy.form import guessed
from policy.limit import span_faults
from policy.reference import REGISTERS, RESERVED, declared, references, statements
from policy.schema import PackDocument

_NUMBERS = ("integer", "decimal", "money", "share")
_COUNTS = ("integer", "decimal")


def name_faults(document: PackDocument, positions: PositionMap) -> list[Fault]:
    """Every fault that keeps the document's procedure from being built, and every number without a source."""
    return list(_Naming(document, positions).faults())


class _Naming:
    def __init__(self, document: PackDocument, positions: PositionMap) -> None:
        self.document = document
        self.positions = positions
        self.facts = {entry.code: entry for entry in document.facts}

    def faults(self) -> Iterator[Fault]:
        yield from self._declarations()
        yield from self._unknown()
        yield from self._conditions()
        yield from self._types()
        yield from self._anchors()
        yield from self._bounds()
        yield from self._sources()
        zone = self.document.pack.timezone
        if zone not in available_timezones():
            yield self._fault("timezone_unknown", ("pack", "timezone"), zone)

    def _fault(self, code: str, path: Path, culprit: str, **data: object) -> Fault:
        return make_fault(code, self.positions.place(path), culprit, **data)

    def _declarations(self) -> Iterator[Fault]:
        seen: set[tuple[str, str]] = set()
        for path, register, code in declared(self.document):
            words = REGISTERS[register][1]
            if code in RESERVED:
                yield self._fault("name_reserved", path, code)
            if (register, code) in seen and register != "trigger":
                yield self._fault("duplicate_code", path, code, register=words.zh, register_en=words.en)
            seen.add((register, code))

    def _unknown(self) -> Iterator[Fault]:
        known: dict[str, set[str]] = defaultdict(set)
        for _, register, code in declared(self.document):
            known[register].add(code)
        for path, register, name in references(self.document):
            if name not in known[register]:
                words = REGISTERS[register][1]
                guess, guess_en = guessed(name, known[register])
                data = {"register": words.zh, "register_en": words.en, "guess": guess, "guess_en": guess_en}
                yield self._fault("name_unknown", path, name, **data)

    def _conditions(self) -> Iterator[Fault]:
        for path, text in statements(self.document):
            try:
                compile_condition(text, self.facts)
            except ConditionInvalid as error:
                yield error.fault_at(self.positions.place(path))

    def _types(self) -> Iterator[Fault]:
        for i, consent in enumerate(self.document.consents):
            for j, tally in enumerate(consent.tallies):
                for field in ("total", "voted", "agreed"):
                    yield from self._typed(("consents", i, "tallies", j, field), getattr(tally, field), _COUNTS)
            for field in ("total_area", "total_owners") if consent.poll else ():
                yield from self._typed(("consents", i, "poll", field), getattr(consent.poll, field) or "", _COUNTS)
        for i, move in enumerate(self.document.moves):
            for j, requires in enumerate(move.requires):
                if requires.date_reached:
                    yield from self._typed(
                        ("moves", i, "requires", j, "date_reached"), requires.date_reached, ("date",)
                    )

    def _anchors(self) -> Iterator[Fault]:
        yield from (self._fault(code, path, culprit) for code, path, culprit in span_faults(self.document))
        for i, limit in enumerate(self.document.limits):
            for field in ("fact", "before_fact"):
                yield from self._typed(("limits", i, "span", field), getattr(limit.span, field) or "", ("date",))

    def _typed(self, path: Path, code: str, types: tuple[str, ...]) -> Iterator[Fault]:
        fact = self.facts.get(code)
        if fact and fact.type not in types:
            yield self._fault("fact_type", path, code, given=fact.type, expected="、".join(types))

    def _bounds(self) -> Iterator[Fault]:
        for i, fact in enumerate(self.document.facts):
            bounds = [bound for bound in (fact.minimum, fact.maximum) if bound is not None]
            if bounds and (fact.type not in _NUMBERS or bounds != sorted(bounds)):
                yield self._fault(
                    "bounds_unfit", ("facts", i, "minimum" if fact.minimum is not None else "maximum"), fact.code
                )

    def _sources(self) -> Iterator[Fault]:
        for i, limit in enumerate(self.document.limits):
            key = "yellow_share" if limit.yellow_share is not None else "yellow_days"
            if (limit.yellow_share, limit.yellow_days) != (None, None) and limit.yellow_source is None:
                yield self._fault("number_without_source", ("limits", i, key), limit.code, field="yellow_source")
        for i, milestone in enumerate(self.document.milestones):
            if milestone.due and milestone.source is None:
                yield self._fault("number_without_source", ("milestones", i, "due"), milestone.code, field="source")
