"""The form of separated duties in a pack (职责分离): who did one of these things may not do one of those."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_entry import Code, Entry, Labelled, Names, listed

_Codes = BeforeValidator(listed)


class DoneEntry(Entry):
    """What somebody did: made one of the moves, brought or recorded one of these, answered in one of the reviews.

    Of a move, a document and a fact the newest counts, of a review everybody who answered in its newest round.
    """

    moves: Annotated[tuple[Code, ...], _Codes, Names("trigger")] = ()
    documents: Annotated[tuple[Code, ...], _Codes, Names("document")] = ()
    facts: Annotated[tuple[Code, ...], _Codes, Names("fact")] = ()
    reviews: Annotated[tuple[Code, ...], _Codes, Names("review")] = ()

    @model_validator(mode="after")
    def _something(self) -> DoneEntry:
        if not (self.moves or self.documents or self.facts or self.reviews):
            raise PydanticCustomError("duty_empty", "name at least one move, document, fact or review")
        return self


class BarredEntry(Entry):
    """What the same person may not do: make one of the moves, answer in one of the reviews."""

    moves: Annotated[tuple[Code, ...], _Codes, Names("trigger")] = ()
    reviews: Annotated[tuple[Code, ...], _Codes, Names("review")] = ()

    @model_validator(mode="after")
    def _something(self) -> BarredEntry:
        if not (self.moves or self.reviews):
            raise PydanticCustomError("duty_empty", "name at least one move or review")
        return self


class DutyEntry(Labelled):
    """Two duties that exclude each other in one matter (不相容职责), with the text that asks for it."""

    done: DoneEntry
    bars: BarredEntry
    source: Annotated[Code, Names("source")]
