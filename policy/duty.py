"""The separated duties of a pack (职责分离) as requirements: of moves, and of opinions in its reviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.schema import PackDocument
from policy.schema_duty import DutyEntry
from policy.schema_entry import Labelled
from states.case import DeedKey, DeedKind
from states.duty import FourEyes
from states.label import Label


def duties_of_move(document: PackDocument, trigger: str, owed_by: Label) -> tuple[FourEyes, ...]:
    """What the pack's duties ask of who makes the move; `owed_by` is who makes it otherwise."""
    duties = (duty for duty in document.duties if trigger in duty.bars.moves)
    return tuple(one for duty in duties for one in _rules(document, duty, owed_by) if one.deed[1] != trigger)


def duties_of_review(document: PackDocument, review: str) -> tuple[FourEyes, ...]:
    """What the pack's duties ask of who answers in the review."""
    owed_by = Label("该单位其他审查人", "another reviewer of the unit")
    duties = (duty for duty in document.duties if review in duty.bars.reviews)
    return tuple(one for duty in duties for one in _rules(document, duty, owed_by))


def watched_deeds(document: PackDocument) -> frozenset[DeedKey]:
    """Every deed some requirement or duty of the pack looks at."""
    earlier = {one.four_eyes for move in document.moves for one in move.requires if one.four_eyes}
    named = {key for duty in document.duties for key in _deeds(duty)}
    return frozenset(named | {(DeedKind.move, trigger) for trigger in earlier})


def _rules(document: PackDocument, duty: DutyEntry, owed_by: Label) -> Iterator[FourEyes]:
    source = next(entry for entry in document.sources if entry.code == duty.source)
    rule = Label(f"{duty.label}，依据：{source.label}", f"{duty.name.text('en')}, under {source.name.text('en')}")
    names = _names(document)
    for key in _deeds(duty):
        yield FourEyes(key, names[key], owed_by, rule)


def _deeds(duty: DutyEntry) -> Iterator[DeedKey]:
    done = duty.done
    for kind, codes in (
        (DeedKind.move, done.moves),
        (DeedKind.document, done.documents),
        (DeedKind.fact, done.facts),
        (DeedKind.review, done.reviews),
    ):
        yield from ((kind, code) for code in codes)


def _names(document: PackDocument) -> Mapping[DeedKey, Label]:
    names: dict[DeedKey, Label] = {(DeedKind.move, move.trigger): move.name for move in document.moves}
    registers: tuple[tuple[DeedKind, tuple[Labelled, ...]], ...] = (
        (DeedKind.document, document.documents),
        (DeedKind.fact, document.facts),
        (DeedKind.review, document.reviews),
    )
    names.update({(kind, entry.code): entry.name for kind, entries in registers for entry in entries})
    return names
