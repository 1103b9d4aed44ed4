"""The pack (政策包) ready for use: its procedure, its machine, its registers by code, and the types of its facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from policy import fact as facts_text
from policy.build import build_procedure
from policy.duty import duties_of_review, watched_deeds
from policy.expression import Compiled, compile_condition
from policy.fact import FactJson
from policy.fault import PositionMap
from policy.form import guessed
from policy.limit import resolved
from policy.reference import REGISTERS
from policy.route_table import Router
from policy.schema import MemberEntry, PackDocument, ReviewEntry
from policy.schema_entry import (
    DepartmentEntry,
    DocumentEntry,
    FactEntry,
    FindingEntry,
    Labelled,
    LadderEntry,
    MilestoneEntry,
    Source,
)
from policy.schema_limit import LimitEntry
from policy.schema_round import PromiseEntry, WatchEntry
from policy.schema_route import PermitEntry
from policy.schema_vote import ConsentEntry, PostingEntry, VoteRuleEntry
from states.case import DeedKey, FactValue
from states.category import PROTECTED, Category
from states.duty import FourEyes
from states.exceptions import JiugaiError, Kind
from states.machine import ProcedureMachine
from states.procedure import Procedure


class PackEntryUnknown(JiugaiError):
    """The pack has no entry `culprit` in that register."""

    code = "pack_entry_unknown"
    kind = Kind.missing
    zh = "政策包 {pack} 里没有名为“{culprit}”的{register}{guess}。可用 jiugai policy show 查看。"
    en = 'The pack {pack} has no {register_en} named "{culprit}"{guess_en}. See jiugai policy show.'


_Entry = TypeVar("_Entry")
_Coded = TypeVar("_Coded", bound=Labelled)


@dataclass(frozen=True)
class Pack:
    """One version of one pack, immutable; build it once and share it. Lookups raise PackEntryUnknown."""

    document: PackDocument
    positions: PositionMap = field(default_factory=PositionMap, compare=False, repr=False)

    @classmethod
    def from_document(cls, document: PackDocument) -> Pack:
        """A pack from a stored document; its faults, if any, have no file and line."""
        return cls(document)

    @cached_property
    def id(self) -> str:
        """`default@2026.1`."""
        return f"{self.document.pack.name}@{self.document.pack.version}"

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the document's canonical JSON: what was typed by default or by hand is the same."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def procedure(self) -> Procedure:
        """Stages, steps and moves."""
        return build_procedure(self.document)

    @cached_property
    def machine(self) -> ProcedureMachine:
        """The one machine of the procedure, shared by all threads."""
        return ProcedureMachine(self.procedure)

    @cached_property
    def router(self) -> Router:
        """The decision tables and the members of the reviews, ready for `policy.route`."""
        return Router(self.document)

    def as_json(self) -> dict[str, Any]:
        """The document as JSON-safe data, without what is default; `loader.document_from_json` reads it."""
        return self.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def fact(self, code: str) -> FactEntry:
        """The fact (情况) of that code."""
        return self._found(self.facts, "fact", code)

    def document_entry(self, code: str) -> DocumentEntry:
        """The document (材料) of that code."""
        return self._found(self._documents, "document", code)

    def limit(self, code: str) -> LimitEntry:
        """The limit (期限) of that code, a share of another one already in days."""
        return self._found(self._limits, "limit", code)

    def ladder(self, code: str) -> LadderEntry:
        """The ladder (预警阶梯) of that code."""
        return self._found(_by_code(self.document.ladders), "ladder", code)

    def review(self, code: str) -> ReviewEntry:
        """The review (联审联批、审批) of that code."""
        return self._found(_by_code(self.document.reviews), "review", code)

    def department(self, code: str) -> DepartmentEntry:
        """The department (部门) of that code."""
        return self._found(_by_code(self.document.departments), "department", code)

    def finding(self, code: str) -> FindingEntry:
        """The kind of finding (事项) of that code."""
        return self._found(_by_code(self.document.findings), "finding", code)

    def milestone(self, code: str) -> MilestoneEntry:
        """The milestone (节点) of that code."""
        return self._found(_by_code(self.document.milestones), "milestone", code)

    def consent(self, code: str) -> ConsentEntry:
        """The class of owners' decision (表决规则) of that code."""
        return self._found(_by_code(self.document.consents), "consent", code)

    def vote_rule(self, code: str) -> VoteRuleEntry:
        """The class of vote (表决类别) of that code."""
        return self._found(_by_code(self.document.vote_rules), "vote_rule", code)

    def posting(self, code: str) -> PostingEntry:
        """The public posting (公示) of that code."""
        return self._found(_by_code(self.document.postings), "posting", code)

    def source(self, code: str) -> Source:
        """The text (依据) a number comes from."""
        return self._found(_by_code(self.document.sources), "source", code)

    def permit(self, code: str) -> PermitEntry:
        """The permit (许可手续) of that code."""
        return self._found(_by_code(self.document.permits), "permit", code)

    def member(self, review: str, member: str) -> MemberEntry:
        """The member of a review by its department's code or its seat, as a review task keeps it."""
        members = {entry.department or str(entry.seat): entry for entry in self.review(review).members}
        return self._found(members, "department", member)

    def member_applies(self, review: str, member: MemberEntry | str, facts: Mapping[str, FactValue]) -> bool:
        """Whether a member of `review` is asked about a project with these facts.

        While a fact its `when` looks at is unknown it is asked: nobody has shown that its matter is not touched.
        """
        entry = self.member(review, member) if isinstance(member, str) else member
        if entry.when is None:
            return True
        compiled = self._whens.get(entry.when) or compile_condition(entry.when, self.facts)
        return not all(code in facts for code in compiled.uses) or compiled.test(facts)

    def duties_of_review(self, code: str) -> tuple[FourEyes, ...]:
        """What the pack's separated duties (职责分离) ask of who answers in the review; nothing where it has none."""
        return self._review_duties[code]

    def category(self, member: MemberEntry) -> Category | None:
        """What a member's matter is about: its own category, else its department's.

        A protected department stays protected: what a member is called must not open a way round the law.
        """
        above = self.department(member.department).category if member.department else None
        return above if above in PROTECTED else member.category or above

    def is_final(self, member: MemberEntry) -> bool:
        """Whether the lead cannot overrule a rejection of this member."""
        return member.veto == "final" or (member.veto is None and self.category(member) in PROTECTED)

    def watched(self, review: str, member: str) -> WatchEntry | None:
        """What a member's matter hangs on: what it watches, the facts of its condition, those of the rules that ask it.

        None where the pack says nothing of it: then nobody can show that its matter has not changed.
        """
        given = self.member(review, member).watches or WatchEntry()
        rules = [rule for table in self.router.serving[review] for rule in table.rules]
        mine = [leaf for rule in rules if any(member == one for one, _ in rule.asks) for leaf in rule.leaves]
        facts = dict.fromkeys((*given.facts, *(code for leaf in mine for code in leaf.uses)))
        return WatchEntry(facts=tuple(facts), documents=given.documents) if facts or given.documents else None

    @cached_property
    def tacit_limits(self) -> frozenset[str]:
        """The limits under which a task may run whose silence counts: those of members with `tacit`, and of tables."""
        tacit = [(one.code, member) for one in self.document.reviews for member in one.members if member.tacit]
        asked = {member.key for _, member in tacit}
        rules = [rule for table in self.document.tables for rule in table.rules]
        own = {member.limit for _, member in tacit}
        given = {rule.limit for rule in rules if any(ask.member in asked for ask in rule.asks)}
        given |= {ask.limit for rule in rules for ask in rule.asks if ask.member in asked}
        return frozenset(limit for limit in own | given if limit)

    def promise(self, code: str) -> PromiseEntry:
        """The promise (容缺受理、告知承诺) of that code."""
        return self._found(_by_code(self.document.promises), "promise", code)

    def parse_fact(self, code: str, text: str) -> FactValue:
        """The value of what a person typed for a fact; raises FactInvalid naming what is expected."""
        return facts_text.parse_fact(self.fact(code), text)

    def dump_fact(self, value: FactValue) -> FactJson:
        """The value as JSON keeps it exactly."""
        return facts_text.dump_fact(value)

    def load_fact(self, code: str, value: object) -> FactValue:
        """The value back from `dump_fact`'s JSON; raises FactInvalid when it does not fit the fact."""
        return facts_text.load_fact(self.fact(code), value)

    @cached_property
    def facts(self) -> dict[str, FactEntry]:
        """Every fact (情况) by its code."""
        return _by_code(self.document.facts)

    @cached_property
    def watched_deeds(self) -> frozenset[DeedKey]:
        """Every deed some requirement or duty looks at: who did it has to be known."""
        return watched_deeds(self.document)

    @cached_property
    def _review_duties(self) -> dict[str, tuple[FourEyes, ...]]:
        return {entry.code: duties_of_review(self.document, entry.code) for entry in self.document.reviews}

    @cached_property
    def _documents(self) -> dict[str, DocumentEntry]:
        return _by_code(self.document.documents)

    @cached_property
    def _limits(self) -> dict[str, LimitEntry]:
        return resolved(self.document)

    @cached_property
    def _whens(self) -> dict[str, Compiled]:
        texts = (member.when for review in self.document.reviews for member in review.members)
        return {text: compile_condition(text, self.facts) for text in texts if text}

    def _found(self, entries: Mapping[str, _Entry], register: str, code: str) -> _Entry:
        try:
            return entries[code]
        except KeyError:
            words = REGISTERS[register][1]
            guess, guess_en = guessed(code, entries)
            raise PackEntryUnknown(
                pack=self.id, culprit=code, register=words.zh, register_en=words.en, guess=guess, guess_en=guess_en
            ) from None


def _by_code(entries: Iterable[_Coded]) -> dict[str, _Coded]:
    return {entry.code: entry for entry in entries}
