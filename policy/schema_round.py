"""The form of what happens around a round (审查轮次条目): watches, silence, supplements, dissent, promises."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policy.schema_entry import Code, Entry, Labelled, Names
from states.supplement import Missed, PromiseKind


class WatchEntry(Entry):
    """What a member's matter hangs on beside its condition: a change of one of these has it asked again."""

    facts: Annotated[tuple[Code, ...], Names("fact")] = ()
    documents: Annotated[tuple[Code, ...], Names("document")] = ()


class TacitEntry(Entry):
    """Silence taken for approval (超时默认): once the member's own limit is over, by the text named as source."""

    after: Literal["limit"]
    source: Annotated[Code, Names("source")]


class SupplementTerms(Entry):
    """The applicant's time to complete the papers (补正), and what a missed one is taken for.

    `tell` is the lead's time to put all demands into one list once everybody has spoken (行政许可法 32).
    """

    tell: Annotated[Code | None, Names("limit")] = None
    limit: Annotated[Code, Names("limit")]
    missed: Missed
    source: Annotated[Code, Names("source")]


class DissentTerms(Entry):
    """The lead's time to decide about dissents when everybody has spoken; once it is over they stand."""

    limit: Annotated[Code, Names("limit")]
    source: Annotated[Code, Names("source")]


class PromiseEntry(Labelled):
    """A promise that may stand for papers (容缺受理、告知承诺), nothing else may be missing.

    `may_follow` are the documents it stands for, `paper` the kind of document the written promise is filed as, `limit`
    the time to keep it. `missed` says what follows when it is not kept: `finding` raises a `finding`; `withdrawn` fires
    `on_missed` where that leaves from the project's step, else the `finding` is raised where one is named. A
    `commitment` also names whose matter it is: a `department` or a `permit`.
    """

    kind: PromiseKind = PromiseKind.gap
    documents: Annotated[tuple[Code, ...], Field(alias="may_follow", min_length=1), Names("document")]
    paper: Annotated[Code, Names("document")]
    limit: Annotated[Code, Names("limit")]
    missed: Literal["withdrawn", "finding"]
    on_missed: Annotated[Code | None, Names("trigger")] = None
    finding: Annotated[Code | None, Names("finding")] = None
    department: Annotated[Code | None, Names("department")] = None
    permit: Annotated[Code | None, Names("permit")] = None
    source: Annotated[Code, Names("source")]
