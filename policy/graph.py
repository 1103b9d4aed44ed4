"""The procedure as a diagram (流程图) in Mermaid: steps by stage, forward bold, back dashed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from policy.pack import Pack
from policy.schema import ANY
from states.exceptions import Lang
from states.label import Label
from states.procedure import RESUME, Move, Nature, Procedure, Stage, Step, StepKind

_ARROWS = {Nature.forward: "==>", Nature.back: "-.->"}
_SHAPES = {StepKind.ordinary: ("[", "]"), StepKind.halt: ("{{", "}}"), StepKind.end: ("([", "])")}
_ANYTIME = Label("随时可办", "at any time")
_BACK = Label("原步骤", "the step before")
# everything that means something to Mermaid or to the HTML inside its labels
_ESCAPED = {ord(sign): f"#{ord(sign)};" for sign in '#"&<>|`;[]{}()\\'} | {ord("\n"): " ", ord("\r"): " "}


def mermaid(pack: Pack, lang: Lang = "zh") -> str:
    """The whole procedure as a Mermaid flowchart.

    Moves out of the course (suspend, resume, terminate) and those from `any` step stand in one note, not as arrows
    from everywhere.
    """
    procedure = pack.procedure
    aside = [move for move, entry in _with_entries(pack) if move.nature not in _ARROWS or entry == (ANY,)]
    shown = [move for move in procedure.moves if move not in aside]
    lines = ["flowchart TD"]
    for stage in procedure.stages:
        lines.extend(_stage(procedure, stage, lang))
    lines.extend(_arrows(shown, lang))
    lines.extend(_note(procedure, aside, lang))
    return "\n".join([*lines, "  classDef note stroke-dasharray: 4 4", ""])


def overview(pack: Pack, lang: Lang = "zh") -> str:
    """One box per stage with its ordinary steps, in the order of the pack, for the README."""
    procedure = pack.procedure
    lines = ["flowchart LR"]
    for stage in procedure.stages:
        steps = [s for s in procedure.steps if s.stage == stage.code and s.kind is StepKind.ordinary]
        rows = [f"<b>{_escaped(stage.label.text(lang))}</b>", *(_escaped(step.label.text(lang)) for step in steps)]
        lines.append(f'  stage_{stage.code}["{"<br/>".join(rows)}"]')
    codes = [f"stage_{stage.code}" for stage in procedure.stages]
    lines.extend(f"  {first} ==> {second}" for first, second in pairwise(codes))
    return "\n".join([*lines, ""])


def _with_entries(pack: Pack) -> Iterable[tuple[Move, tuple[str, ...]]]:
    return zip(pack.procedure.moves, (entry.sources for entry in pack.document.moves), strict=True)


def _stage(procedure: Procedure, stage: Stage, lang: Lang) -> Iterator[str]:
    steps = [step for step in procedure.steps if step.stage == stage.code]
    if steps:
        yield f'  subgraph stage_{stage.code}["{_escaped(stage.label.text(lang))}"]'
        yield from (f"    {_step(step, lang)}" for step in steps)
        yield "  end"


def _step(step: Step, lang: Lang) -> str:
    opening, closing = _SHAPES[step.kind]
    return f'step_{step.code}{opening}"{_escaped(step.label.text(lang))}"{closing}'


def _arrows(moves: Iterable[Move], lang: Lang) -> Iterator[str]:
    for move in moves:
        for source in move.sources:
            label = _escaped(move.label.text(lang))
            yield f'  step_{source} {_ARROWS[move.nature]}|"{label}"| step_{move.target}'


def _note(procedure: Procedure, moves: Iterable[Move], lang: Lang) -> Iterator[str]:
    rows = [f"{_escaped(move.label.text(lang))} → {_escaped(_target(procedure, move, lang))}" for move in moves]
    if rows:
        yield f'  anytime["{"<br/>".join([_ANYTIME.text(lang), *rows])}"]:::note'


def _target(procedure: Procedure, move: Move, lang: Lang) -> str:
    return _BACK.text(lang) if move.target == RESUME else procedure.step[move.target].label.text(lang)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)
