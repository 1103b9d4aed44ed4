"""A project at a moment in the past (历史时点): reconstructed from its entries, with what cannot be known said so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from sqlalchemy.orm import Session

from models.project import Project
from policy.pack import Pack
from services.figure import recorded_text
from services.history_clock import ClockThen, Moment, clocks_then
from services.history_draft import Draft, drafted
from services.history_entry import Basis, Told, entries_of
from services.history_part import Said
from services.history_phrase import action_label
from services.history_standing import DocumentThen, FactThen, FindingThen, OpinionThen, ProjectThen, RoundThen
from services.pack import name_in, pack_of
from services.project import find_project
from services.reading import Reading
from states.exceptions import JiugaiError, Kind
from states.role import Seat


class NothingKnownThen(JiugaiError):
    """At that moment there was no entry about the project yet."""

    code = "nothing_known_then"
    kind = Kind.missing
    zh = "{moment} 时还没有“{project}”的任何记录；第一条记录登记于 {first}。请换一个较晚的时间。"
    en = 'There was no entry about "{project}" at {moment}; the first is of {first}. Ask for a later moment.'


def as_of(
    session: Session, reading: Reading, code: str, moment: datetime, *, basis: Basis = Basis.recorded
) -> ProjectThen:
    """The project as it stood at an aware instant. Raises ProjectMissing, NothingKnownThen."""
    project = find_project(session, code)
    entries = entries_of(session, code, basis=basis)
    known = [entry for entry in entries if entry.at(basis) <= moment]
    if not known:
        zone = reading.city.zone
        first = f"{entries[0].at(basis).astimezone(zone):%Y-%m-%d %H:%M}" if entries else "-"
        raise NothingKnownThen(project=project.name, moment=f"{moment.astimezone(zone):%Y-%m-%d %H:%M}", first=first)
    draft = drafted(pack_of(project.pack_version), known, basis)
    return standing_then(session, reading, project, draft, moment_of(reading, entries, moment, basis), len(known))


def moment_of(reading: Reading, entries: list[Told], at: datetime, basis: Basis) -> Moment:
    """The moment with what was written about the project earlier and later on its very day."""
    day = reading.city.day(at)
    midnight = datetime.combine(day, time(), reading.city.zone)
    same_day = [
        entry.at(basis) for entry in entries if entry.at(basis) >= midnight and reading.city.day(entry.at(basis)) == day
    ]
    return Moment(at, day, basis, any(one <= at for one in same_day), any(one > at for one in same_day))


def standing_then(
    session: Session, reading: Reading, project: Project, draft: Draft, moment: Moment, entries: int
) -> ProjectThen:
    """The finished picture of a draft."""
    pack, here = draft.pack, draft.pack.procedure.step.get(draft.step)
    shown = draft.pack.procedure.step.get(draft.resume_step) or here
    stage = pack.procedure.stage.get(shown.stage) if shown else None
    name = draft.register.get("name")
    clocks = clocks_then(session, reading.city, project, draft, moment)
    return ProjectThen(
        project=project.code,
        name=str(name.value) if name else project.name,
        moment=moment.at,
        basis=moment.basis,
        entries=entries,
        seq=draft.last.seq if draft.last else 0,
        pack=pack.id,
        step=draft.step,
        step_label=reading.text(here.label) if here else draft.step,
        stage=stage.code if stage else "",
        stage_label=reading.text(stage.label) if stage else "",
        resume_step=draft.resume_step or None,
        entered_at=draft.entered.at(moment.basis) if draft.entered else None,
        facts=tuple(_facts(reading, draft)),
        milestones=tuple(_milestones(reading, draft)),
        documents=tuple(_documents(reading, draft)),
        findings=tuple(_findings(reading, draft)),
        rounds=tuple(_rounds(reading, draft)),
        clocks=clocks,
        unknown=tuple(_unknown(reading, draft, moment, clocks)),
    )


def _facts(reading: Reading, draft: Draft) -> Iterator[FactThen]:
    for code, kept in sorted(draft.facts.items()):
        label = reading.text(name_in(draft.pack.fact, code))
        text = recorded_text(draft.pack, code, kept.value)
        yield FactThen(code, label, kept.value, text, kept.entry.recorded_at, kept.entry.actor)


def _milestones(reading: Reading, draft: Draft) -> Iterator[FactThen]:
    for code, kept in sorted(draft.milestones.items()):
        label = reading.text(name_in(draft.pack.milestone, code))
        yield FactThen(code, label, kept.value, str(kept.value), kept.entry.recorded_at, kept.entry.actor)


def _documents(reading: Reading, draft: Draft) -> Iterator[DocumentThen]:
    for (kind, version), paper in sorted(draft.papers.items()):
        if paper.withdrawn is None:
            label = reading.text(name_in(draft.pack.document_entry, kind))
            by = (paper.entry.recorded_at, paper.entry.actor)
            yield DocumentThen(kind, label, version, paper.file, paper.sha256, paper.size, *by)


def _findings(reading: Reading, draft: Draft) -> Iterator[FindingThen]:
    for number, one in sorted(draft.findings.items()):
        label = reading.text(name_in(draft.pack.finding, one.kind))
        by = (one.raised.recorded_at, one.raised.actor)
        yield FindingThen(number, one.kind, label, one.title, one.status, one.answer, *by)


def _rounds(reading: Reading, draft: Draft) -> Iterator[RoundThen]:
    for (code, number), one in draft.rounds.items():
        yield RoundThen(
            review=code,
            label=reading.text(name_in(draft.pack.review, code)),
            round=number,
            status=one.status,
            opened_at=one.opened.at(draft.basis),
            closed_at=one.closed.at(draft.basis) if one.closed else None,
            opinions=tuple(
                _opinion(reading, draft, member, said) for member, said in one.members.items() if not said.is_off
            ),
        )


def _opinion(reading: Reading, draft: Draft, member: str, said: Said) -> OpinionThen:
    entry = said.entry
    return OpinionThen(
        member=member,
        label=member_label(reading, draft.pack, member),
        opinion=said.opinion,
        reasons=entry.reason if entry else None,
        at=entry.at(draft.basis) if entry else None,
        by=entry.actor if entry else None,
        tacit=said.tacit,
        overruled=said.overruled,
        carried=said.carried,
    )


def member_label(reading: Reading, pack: Pack, member: str) -> str:
    """A member of a review in words: its department, its seat, or that it was added."""
    if member.startswith("added_"):
        return reading.say("加签单位", "added reviewer")
    label = Seat.parse(member).label if "@" in member else name_in(pack.department, member)
    return reading.text(label)


def _unknown(reading: Reading, draft: Draft, moment: Moment, clocks: tuple[ClockThen, ...]) -> Iterator[str]:
    say = reading.say
    yield say(
        "期限的开始和结束没有单独的记录：步骤、审查和各单位的期限按推进和意见还原，其余按期限登记的日期和台账。",
        "Starts and ends of clocks have no entries of their own: they follow moves and opinions, else the ledger.",
    )
    unsure = [clock.clock for clock in clocks if not clock.is_sure]
    if unsure:
        numbers = "、".join(map(str, unsure))
        yield say(
            f"期限 {numbers}：当天先后或当时的期满日不能确定。",
            f"Clocks {', '.join(map(str, unsure))}: the order within the day, or the last day then known, is not sure.",
        )
    if moment.basis is Basis.occurred:
        yield say("含当时尚未登记的补录，不等于当时人们看到的。", "It includes what was recorded later.")
    if draft.others:
        named = [f"{action_label(reading, draft.pack, action)} {count}" for action, count in draft.others.items()]
        yield say(
            f"另有记录不改变以上内容，未展开：{'、'.join(named)}。", f"Other entries, not shown: {', '.join(named)}."
        )
