"""The procedure of a pack as tables (流程一览): the pack itself, stages, steps, moves, separated duties."""

from __future__ import annotations

from collections import Counter
from typing import cast

from policy.schema import MoveEntry, PackDocument, PackHead, Requires, StageEntry, StepEntry
from policy.schema_duty import BarredEntry, DoneEntry, DutyEntry
from policy.show_table import Part, Row, Table, Telling, register
from policy.show_words import requirement_words
from states.label import Label
from states.procedure import RESUME, Move, Nature, StepKind
from states.requirement import Requirement

_RESUME = Label("原步骤", "the step before")
_NATURES = {
    Nature.forward: Label("推进", "forward"),
    Nature.back: Label("退回", "back"),
    Nature.halt: Label("暂停", "halt"),
    Nature.resume: Label("恢复", "resume"),
    Nature.end: Label("终止", "end"),
}
_KINDS = {
    StepKind.ordinary: Label("办理", "work"),
    StepKind.halt: Label("暂停", "halt"),
    StepKind.end: Label("结束", "end"),
}
_DUTIES = (("moves", "trigger"), ("documents", "document"), ("facts", "fact"), ("reviews", "review"))


def _heads(document: PackDocument) -> list[Part]:
    return [Part("pack", document.pack)]


def _head(telling: Telling, part: Part) -> Row:
    head = cast("PackHead", part.entry)
    document = telling.pack.document
    return {
        "code": telling.pack.id,
        "label": Label(head.label, head.en).text(telling.lang),
        "summary": head.summary.strip(),
        "effective_from": head.effective_from.isoformat(),
        "timezone": head.timezone,
        "start": telling.name("step", document.start),
    }


def _stage(telling: Telling, part: Part) -> Row:
    stage = cast("StageEntry", part.entry)
    window = stage.window
    return {
        "code": stage.code,
        "label": stage.name.text(telling.lang),
        "window": f"{window.starts} – {window.ends}" if window else "",
        "source": telling.source(window.source if window else None),
        "steps": sum(step.stage == stage.code for step in telling.pack.document.steps),
    }


def _step(telling: Telling, part: Part) -> Row:
    step = cast("StepEntry", part.entry)
    return {
        "code": step.code,
        "label": step.name.text(telling.lang),
        "stage": telling.name("stage", step.stage),
        "kind": _KINDS[step.kind].text(telling.lang),
        "held_by": telling.seat(step.held_by),
        "limit": telling.limit(step.limit),
        "source": telling.source(telling.pack.limit(step.limit).span.source if step.limit else None),
    }


def _moves(document: PackDocument) -> list[Part]:
    """A trigger may name several moves: these are told apart by where they leave from."""
    times = Counter(move.trigger for move in document.moves)
    return [
        Part(move.trigger if times[move.trigger] == 1 else f"{move.trigger}@{'+'.join(move.sources)}", move, None, i)
        for i, move in enumerate(document.moves)
    ]


def _move(telling: Telling, part: Part) -> Row:
    entry, move = cast("MoveEntry", part.entry), telling.pack.procedure.moves[part.number]
    return {
        "trigger": move.trigger,
        "label": move.label.text(telling.lang),
        "from": telling.names("step", move.sources),
        "to": _RESUME.text(telling.lang) if move.target == RESUME else telling.name("step", move.target),
        "nature": _NATURES[move.nature].text(telling.lang),
        "who": [telling.seat(seat) for seat in move.who],
        "requires": _required(telling, entry, move),
        "starts": [telling.name("review" if one.review else "limit", one.review or one.clock) for one in entry.starts],
        "reason": telling.say("须写理由", "required") if move.needs_reason else "",
        "source": telling.sources(entry.source, *_rests_on(telling, entry)),
    }


def _required(telling: Telling, entry: MoveEntry, move: Move) -> list[str]:
    """The requirements in the order of the pack; those its separated duties add come last."""
    written = [*entry.requires, *[None] * (len(move.requirements) - len(entry.requires))]
    return [_one(telling, asked, one) for asked, one in zip(written, move.requirements, strict=True)]


def _one(telling: Telling, asked: Requires | None, requirement: Requirement) -> str:
    words = requirement_words(requirement).text(telling.lang)
    if asked is None or asked.owed_by is None:
        return words
    seat = telling.seat(asked.owed_by)
    return f"{words}{telling.say(f'（由{seat}负责）', f' (owed by: {seat})')}"


def _rests_on(telling: Telling, entry: MoveEntry) -> list[str]:
    """The texts of what the move wants: of a vote its class, of a period its limit."""
    pack, found = telling.pack, []
    for one in entry.requires:
        if one.consent:
            found.append(pack.consent(one.consent).source)
        if one.expired:
            found.append(pack.limit(one.expired).span.source)
        if one.posted:
            found.append(pack.limit(pack.posting(one.posted).limit).span.source)
        if one.review and pack.review(one.review).source:
            found.append(str(pack.review(one.review).source))
    return found


def _duty(telling: Telling, part: Part) -> Row:
    duty = cast("DutyEntry", part.entry)
    return {
        "code": duty.code,
        "label": duty.name.text(telling.lang),
        "done": _deeds(telling, duty.done),
        "bars": _deeds(telling, duty.bars),
        "source": telling.source(duty.source),
    }


def _deeds(telling: Telling, entry: DoneEntry | BarredEntry) -> list[str]:
    return [name for field, kind in _DUTIES for name in telling.names(kind, getattr(entry, field, ()))]


TABLES = (
    Table("pack", Label("政策包", "pack"), ("pack", "start"), _heads, _head, beside=("start",)),
    Table("stages", Label("阶段", "stages"), ("stages",), register("stages"), _stage, ordered=True),
    Table("steps", Label("步骤", "steps"), ("steps",), register("steps"), _step),
    Table("moves", Label("动作", "moves"), ("moves",), _moves, _move),
)
DUTIES = Table("duties", Label("职责分离", "separated duties"), ("duties",), register("duties"), _duty)
