"""A project under reconstruction (还原中的项目): entries are laid on one after another, each changing what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from policy.pack import Pack, PackEntryUnknown
from services.history_entry import Basis, Told
from services.history_part import Kept, Matter, Paper, Round, RoundKey, Said
from states.finding import FindingStatus
from states.procedure import Nature, StepKind
from states.review import Opinion, ReviewStatus


class Draft:
    """What the entries laid on so far make of a project; `touched` is the last entry that changed each part."""

    def __init__(self, pack: Pack, basis: Basis = Basis.recorded) -> None:
        self.pack, self.basis = pack, basis
        self.step = self.resume_step = ""
        self.entered: Told | None = None
        self.stay_since: datetime | None = None
        self.register: dict[str, Kept] = {}
        self.facts: dict[str, Kept] = {}
        self.milestones: dict[str, Kept] = {}
        self.papers: dict[tuple[str, int], Paper] = {}
        self.findings: dict[int, Matter] = {}
        self.rounds: dict[RoundKey, Round] = {}
        self.touched: dict[str, Told] = {}
        self.others: Counter[str] = Counter()
        self.last: Told | None = None

    def lay(self, entry: Told) -> None:
        """Lay one more entry on; one that nobody knows how to read is counted in `others`."""
        self.last = entry
        if entry.after.get("step"):
            self._moved(entry)
        elif entry.action in _READERS:
            _READERS[entry.action](self, entry)
        elif not self._found(entry):
            self.others[entry.action] += 1

    def open_rounds(self) -> list[tuple[RoundKey, Round]]:
        """The rounds nobody has ended."""
        return [(key, one) for key, one in self.rounds.items() if one.status is ReviewStatus.open]

    def _moved(self, entry: Told) -> None:
        before, after = self.step, str(entry.after["step"])
        step = self.pack.procedure.step.get(after)
        halted, resumed = step is not None and step.kind is StepKind.halt, bool(self.resume_step)
        if not halted and not (resumed and after == self.resume_step):
            self._end_rounds(entry, before)
            self.stay_since = entry.at(self.basis)
        self.resume_step = before if halted else ""
        self.step, self.entered = after, entry
        self.touched["step"] = entry
        if entry.action == "enrolled":
            self._registered(entry)

    def _end_rounds(self, entry: Told, before: str) -> None:
        move = self.pack.procedure.move(entry.action, before)
        for (code, number), one in self.open_rounds():
            status = self._outcome(code, one, entry.action, before)
            if status is not None and (move is None or move.nature not in (Nature.halt, Nature.resume)):
                one.status, one.closed = status, entry
                self.touched[f"round:{code}:{number}"] = entry

    def _outcome(self, code: str, one: Round, trigger: str, before: str) -> ReviewStatus | None:
        try:
            entry = self.pack.review(code)
        except PackEntryUnknown:
            return None
        if trigger == entry.on_pass and not one.returning:
            return ReviewStatus.passed
        if trigger == entry.on_reject or one.returning:
            return ReviewStatus.rejected
        left = any(self.pack.procedure.move(review.on_pass, before) for review in self.pack.document.reviews)
        return ReviewStatus.withdrawn if left else None

    def _registered(self, entry: Told) -> None:
        for name, value in entry.after.items():
            if name != "step":
                self.register[name] = Kept(value, entry)
                self.touched[f"register:{name}"] = entry

    def _facts(self, entry: Told) -> None:
        for code, value in entry.after.items():
            self.facts[code] = Kept(value, entry)
            self.touched[f"fact:{code}"] = entry

    def _milestone(self, entry: Told) -> None:
        for code, day in entry.after.items():
            self.milestones[code] = Kept(day, entry)
            self.touched[f"milestone:{code}"] = entry

    def _paper(self, entry: Told) -> None:
        said = entry.after
        key = (str(said["kind"]), int(said["version"]))
        self.papers[key] = Paper(entry, said["file"], said["sha256"], said["size"])
        self.touched[f"document:{key[0]}:{key[1]}"] = entry

    def _paper_off(self, entry: Told) -> None:
        said = {**entry.before, **entry.after}
        key = (str(said.get("kind")), int(said.get("version") or 0))
        if key in self.papers:
            self.papers[key] = replace(self.papers[key], withdrawn=entry)
            self.touched[f"document:{key[0]}:{key[1]}"] = entry

    def _opened(self, entry: Told) -> None:
        key = (str(entry.after["review"]), int(entry.after["round"]))
        carried = set(entry.after.get("carried", ()))
        one = self.rounds[key] = Round(entry)
        self.touched[f"round:{key[0]}:{key[1]}"] = entry
        for member in entry.after["members"]:
            one.members[member] = self._carried(key, member) if member in carried else Said()
            self.touched[f"opinion:{key[0]}:{key[1]}:{member}"] = entry

    def _carried(self, key: RoundKey, member: str) -> Said:
        """The member's latest word in the rounds before, which stands in the new one."""
        earlier = [one.members[member] for other, one in self.rounds.items() if other != key and member in one.members]
        spoken = [said for said in earlier if said.entry is not None and said.opinion is not None]
        if not spoken:
            return Said(carried=True)
        return replace(max(spoken, key=lambda said: said.entry.seq if said.entry else 0), carried=True)

    def _said(self, entry: Told) -> None:
        tacit = entry.action == "silence_taken"
        self._set(entry, str(entry.after["member"]), Said(Opinion(entry.after["opinion"]), entry, tacit=tacit))

    def _taken_back(self, entry: Told) -> None:
        for member in _members(entry):
            self._set(entry, member, Said())

    def _taken_off(self, entry: Told) -> None:
        for member in _members(entry):
            self._set(entry, member, Said(is_off=True))

    def _overruled(self, entry: Told) -> None:
        one = self._round(entry)
        for member in _members(entry):
            if one is not None and member in one.members:
                self._set(entry, member, replace(one.members[member], overruled=True))

    def _returned(self, entry: Told) -> None:
        one = self._round(entry)
        if one is not None:
            one.returning = True

    def _added(self, entry: Told) -> None:
        """A reviewer added to the round; services.task_adding calls it by its place."""
        one = self._round(entry)
        if one is not None:
            self._set(entry, f"added_{len(one.members)}", Said())

    def _found(self, entry: Told) -> bool:
        ending = entry.action.rpartition("_")[2] if not entry.action.endswith("sent_back") else "sent_back"
        number = entry.after.get("finding")
        if number is None or ending not in _FINDINGS:
            return False
        kind = entry.action.removesuffix(f"_{ending}")
        old = self.findings.get(number)
        title, raised = str(entry.after.get("title") or (old.title if old else "")), old.raised if old else entry
        answer = entry.after.get("answer") or (old.answer if old else None)
        self.findings[number] = Matter(kind, title, _FINDINGS[ending], raised, answer)
        self.touched[f"finding:{number}"] = entry
        return True

    def _round(self, entry: Told) -> Round | None:
        return self.rounds.get((str(entry.after.get("review")), entry.after.get("round") or 0))

    def _set(self, entry: Told, member: str, said: Said) -> None:
        one = self._round(entry)
        if one is not None:
            one.members[member] = said
            self.touched[f"opinion:{entry.after['review']}:{entry.after['round']}:{member}"] = entry


def _members(entry: Told) -> list[str]:
    one = entry.after.get("member")
    return [str(one)] if one else [str(member) for member in entry.after.get("members", ())]


_READERS: dict[str, Callable[[Draft, Told], None]] = {
    "facts_recorded": Draft._facts,
    "milestone_reached": Draft._milestone,
    "list_imported": Draft._registered,
    "document_attached": Draft._paper,
    "document_withdrawn": Draft._paper_off,
    "review_opened": Draft._opened,
    "opinion_given": Draft._said,
    "silence_taken": Draft._said,
    "opinion_withdrawn": Draft._taken_back,
    "task_returned": Draft._taken_back,
    "supplement_handed_in": Draft._taken_back,
    "reviewer_added": Draft._added,
    "reviewer_removed": Draft._taken_off,
    "dissent_overruled": Draft._overruled,
    "round_returned": Draft._returned,
}
_FINDINGS = {
    "raised": FindingStatus.open,
    "rectified": FindingStatus.rectified,
    "sent_back": FindingStatus.open,
    "closed": FindingStatus.closed,
    "upheld": FindingStatus.closed,
    "dismissed": FindingStatus.closed,
}


def drafted(pack: Pack, entries: list[Told], basis: Basis = Basis.recorded) -> Draft:
    """The project as these entries, in their order, make it."""
    draft = Draft(pack, basis)
    for entry in entries:
        draft.lay(entry)
    return draft
