"""Gates of votes and postings (表决、公示门槛): what a poll or a posting still lacks, in words, with who owes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from states.case import Case, Part, PollState, PostingState
from states.label import Label
from states.refusal import Refusal
from states.requirement import Named
from states.vote import Measure, Missing, PollStatus

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class PollPassed:
    """The owners have agreed in a closed round, and what they agreed to has not changed since (业主表决通过).

    Where each entrance votes for itself, the newest round of every entrance asked has to have passed.
    """

    reads: ClassVar[Part] = Part.polls
    consent: str
    label: Label
    owed_by: Label

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each place whose newest round does not carry the decision."""
        states = case.polls.get(self.consent, ())
        if not states:
            says = Label(f"“{self.label.zh}”尚未发起", f'"{self.label.text("en")}" has not been opened')
            yield Refusal("poll_not_opened", says, self.owed_by, {"consent": self.consent})
        for state in states:
            yield from self._of(state)

    def _of(self, state: PollState) -> Iterator[Refusal]:
        about = f"“{self.label.zh}”{state.place.zh}第{state.round}轮"
        about_en = f'"{self.label.text("en")}" {state.place.text("en")} round {state.round}'.replace("  ", " ")
        data = {"consent": self.consent, "poll": state.poll, "round": state.round}
        if state.changed:
            yield Refusal("poll_stale", _stale(about, about_en, state), self.owed_by, data)
        elif state.status is PollStatus.open:
            short, short_en = missing_words(state)
            says = Label(f"{about}尚未结束{short}", f"{about_en} is still open{short_en}")
            yield Refusal("poll_open", says, self.owed_by, data)
        elif not state.passed:
            short, short_en = missing_words(state)
            says = Label(f"{about}未通过{short}，须重新表决", f"{about_en} did not pass{short_en}: vote again")
            yield Refusal("poll_not_passed", says, self.owed_by, data)


def _stale(about: str, about_en: str, state: PollState) -> Label:
    names, names_en = "、".join(one.zh for one in state.changed), ", ".join(one.text("en") for one in state.changed)
    return Label(
        f"{about}：方案已于 {state.changed_on} 变更（{names}），需重新表决",
        f"{about_en}: the plan changed on {state.changed_on} ({names_en}), vote again",
    )


def missing_words(state: PollState) -> tuple[str, str]:
    """“，还差 3 户、214.50 m²”; what to say when nothing still out can help; nothing when it passes."""
    if state.passed:
        return "，已达到通过比例", ", and would pass as it stands"
    if state.missing is None:
        return "，未投票的全部同意也达不到比例", ", and those who have not voted cannot carry it"
    zh, en = missing_parts(state.missing)
    return f"，还差 {'、'.join(zh)}", f", {', '.join(en)} in favour missing"


def missing_parts(missing: Missing) -> tuple[list[str], list[str]]:
    """The parts of what is missing in both languages: households, and area in m²."""
    zh, en = [f"{missing.voters} 户"], [f"{missing.voters} household(s)"]
    area = missing.measures.get(Measure.area, 0)
    if area:
        zh.append(f"{square_metres(area)} m²")
        en.append(f"{square_metres(area)} m²")
    return zh, en


def square_metres(area: int) -> str:
    """An area in 0.01 m² as people write it: 1,234.50."""
    whole, rest = divmod(abs(area), _HUNDRED)
    return f"{'-' if area < 0 else ''}{whole:,}.{rest:02}"


@dataclass(frozen=True, slots=True)
class Posted:
    """The posting has run its full time, its papers are as posted, and no objection is open (公示期满无异议)."""

    reads: ClassVar[Part] = Part.postings
    posting: str
    label: Label
    objection: Label
    objection_owed_by: Label
    evidence: Named | None
    owed_by: Label

    @property
    def documents(self) -> tuple[Named, ...]:
        """The documents it wants on file beside what is posted."""
        return (self.evidence,) if self.evidence else ()

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """What is missing of the newest posting, and each open objection."""
        state = case.postings.get(self.posting, PostingState())
        name, name_en = f"“{self.label.zh}”", f'"{self.label.text("en")}"'
        data = {"posting": self.posting}
        if not state.is_up:
            says = Label(f"{name}{_down(state).zh}", f"{name_en} {_down(state).en}")
            yield Refusal("posting_not_begun", says, self.owed_by, data)
        elif state.changed:
            papers, papers_en = "、".join(p.zh for p in state.changed), ", ".join(p.text("en") for p in state.changed)
            says = Label(
                f"{name}的材料“{papers}”已于 {state.changed_on} 变更，须重新公示",
                f"{name_en}: {papers_en} changed on {state.changed_on}, post again",
            )
            yield Refusal("posting_changed", says, self.owed_by, data)
        else:
            yield from self._running(case, state)
        for title in state.objections:
            says = Label(f"{self.objection.zh}未办结：{title}", f"open {self.objection.text('en')}: {title}")
            yield Refusal("finding_open", says, self.objection_owed_by, {"finding": state.finding, "title": title})

    def _running(self, case: Case, state: PostingState) -> Iterator[Refusal]:
        if state.until is None or case.today <= state.until:
            until = state.until.isoformat() if state.until else None
            says = Label(f"“{self.label.zh}”暂停计时，尚未期满", f'"{self.label.text("en")}" stands still')
            if until:
                says = Label(
                    f"“{self.label.zh}”到 {until} 止，尚未期满", f'"{self.label.text("en")}" runs until {until}'
                )
            code = "posting_not_over" if until else "posting_suspended"
            yield Refusal(code, says, self.owed_by, {"posting": self.posting, **({"until": until} if until else {})})
        if self.evidence and not state.has_evidence:
            says = Label(
                f"“{self.label.zh}”缺少本次公示的“{self.evidence.label.zh}”",
                f'"{self.label.text("en")}" lacks its "{self.evidence.label.text("en")}"',
            )
            yield Refusal("document_missing", says, self.evidence.owed_by, {"document": self.evidence.code})


def _down(state: PostingState) -> Label:
    if state.upheld:
        return Label("的异议成立，须修改后重新公示", "met an objection that was upheld: change it and post again")
    if state.round:
        return Label("已撤下，须重新公示", "was taken down: post again")
    return Label("尚未开始", "has not begun")
