"""What changed between two moments (时段差异): lines of a project's parts before and after, each with who and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.history_as_of import moment_of, standing_then
from services.history_clock import ClockThen
from services.history_draft import Draft, drafted
from services.history_entry import Basis, Told, entries_of
from services.history_phrase import ENDED, ROUNDS, action_label
from services.history_standing import ProjectThen
from services.pack import pack_of
from services.person_list import person_names
from services.project import find_project
from services.reading import Reading
from states.exceptions import JiugaiError, Kind

Parts = dict[str, "Part"]


class MomentsReversed(JiugaiError):
    """The second moment does not come after the first one."""

    code = "moments_reversed"
    kind = Kind.invalid
    zh = "起止时间颠倒：{since} 不早于 {until}。请把较早的时间写在前面。"
    en = "The moments are the wrong way round: {since} is not before {until}."


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a project at a moment: what it is called, and its value in words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs. `part` is its key; `before` is empty for what was not there, `after` for what is gone.

    `seq` is the entry that last changed it, with what was done, by whom and when; all None where the record of a clock
    moved by itself.
    """

    part: str
    label: str
    before: str
    after: str
    seq: int | None
    action: str | None
    by: str | None
    by_name: str | None
    at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in (since, until]; `entries` is how many entries lie in between."""

    project: str
    name: str
    since: datetime
    until: datetime
    entries: int
    changes: tuple[Change, ...]


def difference(
    session: Session, reading: Reading, code: str, since: datetime, until: datetime, *, basis: Basis = Basis.recorded
) -> Difference:
    """The parts of a project that differ between two aware instants. Raises ProjectMissing, MomentsReversed.

    Before its first entry a project has no parts, so everything there is then is new.
    """
    if since >= until:
        zone = reading.city.zone
        words = [f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (since, until)]
        raise MomentsReversed(since=words[0], until=words[1])
    project = find_project(session, code)
    entries, pack = entries_of(session, code, basis=basis), pack_of(project.pack_version)
    pictures: list[Parts] = []
    clocks: dict[str, ClockThen] = {}
    draft = Draft(pack, basis)
    for moment in (since, until):
        known = [entry for entry in entries if entry.at(basis) <= moment]
        draft = drafted(pack, known, basis)
        there = moment_of(reading, entries, moment, basis)
        stood = standing_then(session, reading, project, draft, there, len(known)) if known else None
        pictures.append(parts_of(reading, stood) if stood else {})
        clocks = {f"clock:{clock.clock}": clock for clock in stood.clocks} if stood else {}
    between = [entry for entry in entries if since < entry.at(basis) <= until]
    changed = [key for key in {**pictures[1], **pictures[0]} if pictures[0].get(key) != pictures[1].get(key)]
    told = {key: draft.touched.get(key) or _behind(clocks.get(key), draft, between) for key in changed}
    names = person_names(session, reading, [entry.actor for entry in told.values() if entry])
    changes = [_change(reading, key, pictures, told[key], draft, names) for key in changed]
    return Difference(project.code, project.name, since, until, len(between), tuple(changes))


def _behind(clock: ClockThen | None, draft: Draft, between: list[Told]) -> Told | None:
    """The entry behind a change of a clock: one that names it, else the one that changed what it measures."""
    if clock is None:
        return None
    named = [one for one in between if one.after.get("clock") == clock.clock]
    if named:
        return named[-1]
    if clock.part not in ("step", ""):
        entry = draft.touched.get(clock.part)
        return entry if entry in between else None
    end = "after" if clock.is_live else "before"
    steps = draft.pack.procedure.step
    moves = [one for one in between if one.after.get("step") and getattr(one, end).get("step") in steps]
    mine = [one for one in moves if steps[getattr(one, end)["step"]].limit == clock.limit]
    found = mine or moves
    return found[-1] if found else None


def _change(
    reading: Reading, key: str, pictures: list[Parts], entry: Told | None, draft: Draft, names: dict[str, str]
) -> Change:
    old, new = pictures[0].get(key), pictures[1].get(key)
    return Change(
        part=key,
        label=(new or old or Part(key, "")).label,
        before=old.text if old else "",
        after=new.text if new else "",
        seq=entry.seq if entry else None,
        action=action_label(reading, draft.pack, entry.action) if entry else None,
        by=entry.actor if entry else None,
        by_name=names[entry.actor] if entry else None,
        at=entry.at(draft.basis) if entry else None,
        reason=entry.reason if entry else None,
    )


def parts_of(reading: Reading, then: ProjectThen) -> Parts:
    """Every part of a project by its key; two moments differ where these differ."""
    return dict(_parts(reading, then))


def _parts(reading: Reading, then: ProjectThen) -> Iterator[tuple[str, Part]]:
    say = reading.say
    yield "step", Part(say("步骤", "step"), f"{then.stage_label} · {then.step_label}")
    yield "register:name", Part(say("名称", "name"), then.name)
    for fact in then.facts:
        yield f"fact:{fact.code}", Part(fact.label, fact.text)
    for milestone in then.milestones:
        yield f"milestone:{milestone.code}", Part(milestone.label, milestone.text)
    for paper in then.documents:
        version = say(f"第{paper.version}版", f"version {paper.version}")
        yield f"document:{paper.kind}:{paper.version}", Part(f"{paper.label} {version}", paper.file)
    for finding in then.findings:
        words = reading.text(finding.status.label)
        yield f"finding:{finding.finding}", Part(f"{finding.label} {finding.title}", words)
    yield from _round_parts(reading, then)
    for clock in then.clocks:
        state = clock.light.label.text(reading.lang) if clock.is_live else ENDED[clock.status].text(reading.lang)
        yield f"clock:{clock.clock}", Part(clock.label, f"{clock.due_on} {state}")


def _round_parts(reading: Reading, then: ProjectThen) -> Iterator[tuple[str, Part]]:
    for one in then.rounds:
        number = reading.say(f"第{one.round}轮", f"round {one.round}")
        yield f"round:{one.review}:{one.round}", Part(f"{one.label} {number}", reading.text(ROUNDS[one.status]))
        for said in one.opinions:
            words = reading.text(said.opinion.label) if said.opinion else reading.say("未答复", "not answered")
            words += reading.say("（超时默认）", " (silence)") if said.tacit else ""
            words += reading.say("（裁定不采纳）", " (overruled)") if said.overruled else ""
            key = f"opinion:{one.review}:{one.round}:{said.member}"
            yield key, Part(f"{one.label} {number} {said.label}", words)
