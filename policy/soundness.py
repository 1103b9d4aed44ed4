"""Proofs over the table (流程可靠性): everything is reached, everything can end, no move is ambiguous."""

from __future__ import annotations

from collections.abc import Iterator

from policy.fault import Fault
from policy.inspection import Inspection
from states.procedure import RESUME, Move, Nature, StepKind

_COURSE = (Nature.forward, Nature.back)
_TARGETS = {
    Nature.forward: (StepKind.ordinary, StepKind.end),
    Nature.back: (StepKind.ordinary,),
    Nature.halt: (StepKind.halt,),
    Nature.end: (StepKind.end,),
}
_RESUME_FORM = (
    "恢复动作要从暂停步骤出发，写 to: '@resume' 和 nature: resume",
    "a resume leads from a halt to '@resume'",
)


def soundness_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault of the table of steps and moves."""
    yield from _ambiguous(inspection)
    yield from _natures(inspection)
    yield from _stage_order(inspection)
    yield from _kinds(inspection)
    yield from _unreachable(inspection)
    yield from _endless(inspection)


def _ambiguous(inspection: Inspection) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for i, move in inspection.moves():
        for source in move.sources:
            if (move.trigger, source) in seen:
                label = inspection.procedure.step[source].label.zh
                yield inspection.fault("move_ambiguous", ("moves", i), move.trigger, step=label)
            seen.add((move.trigger, source))


def _natures(inspection: Inspection) -> Iterator[Fault]:
    for i, move in inspection.moves():
        words = _unfit(inspection, move)
        if words:
            zh, en = words
            yield inspection.fault(
                "nature_unfit", ("moves", i), move.trigger, nature=move.nature.value, problem=zh, problem_en=en
            )


def _unfit(inspection: Inspection, move: Move) -> tuple[str, str] | None:
    steps = inspection.procedure.step
    if move.nature is Nature.resume or move.target == RESUME:
        from_halts = all(steps[source].kind is StepKind.halt for source in move.sources)
        return None if move.nature is Nature.resume and move.target == RESUME and from_halts else _RESUME_FORM
    kinds = _TARGETS[move.nature]
    if steps[move.target].kind in kinds:
        return None
    listed = "、".join(kind.value for kind in kinds)
    return f"应到 kind 为 {listed} 的步骤", f"it must lead to a step of kind {listed}"


def _stage_order(inspection: Inspection) -> Iterator[Fault]:
    order, procedure = inspection.stage_order, inspection.procedure
    for i, move in inspection.moves():
        wrong = {
            Nature.forward: lambda source, target: order[target] < order[source],
            Nature.back: lambda source, target: order[target] > order[source],
        }.get(move.nature)
        for source in move.sources if wrong and move.target != RESUME else ():
            if wrong and wrong(source, move.target):
                stages = [procedure.stage[procedure.step[step].stage].label.zh for step in (source, move.target)]
                nature, nature_en = ("正向动作", "forward") if move.nature is Nature.forward else ("退回动作", "back")
                data = {"stage": stages[0], "target": stages[1], "nature": nature, "nature_en": nature_en}
                yield inspection.fault("stage_order", ("moves", i), move.trigger, **data)
                break
    yield from _forward_cycles(inspection)


def _forward_cycles(inspection: Inspection) -> Iterator[Fault]:
    arrows = inspection.arrows(Nature.forward)
    for i, step in inspection.steps():
        following = [target for source, target in arrows if source == step.code]
        if step.code in inspection.reached(following, arrows):
            yield inspection.fault("forward_cycle", ("steps", i), step.code)
            return  # the other steps of the same circle would say the same


def _kinds(inspection: Inspection) -> Iterator[Fault]:
    procedure = inspection.procedure
    if procedure.step[procedure.start].kind is not StepKind.ordinary:
        yield inspection.fault("start_not_ordinary", ("start",), procedure.start)
    for i, step in inspection.steps(StepKind.halt):
        if not any(move.target == RESUME for move in procedure.moves_from(step.code)):
            yield inspection.fault("halt_without_resume", ("steps", i), step.code)
    for i, step in inspection.steps(StepKind.end):
        if procedure.moves_from(step.code):
            yield inspection.fault("end_has_moves", ("steps", i), step.code)


def _unreachable(inspection: Inspection) -> Iterator[Fault]:
    # a resume only leads back to where the project has already been
    arrows = inspection.arrows(*Nature)
    reached = inspection.reached([inspection.procedure.start], arrows)
    for i, step in inspection.steps():
        if step.code not in reached:
            yield inspection.fault("unreachable", ("steps", i), step.code)


def _endless(inspection: Inspection) -> Iterator[Fault]:
    # termination (nature end) is open from everywhere, so it proves nothing: the regular end has to be reachable
    ends = [step.code for _, step in inspection.steps(StepKind.end)]
    ending = inspection.reached(ends, [(target, source) for source, target in inspection.arrows(*_COURSE)])
    forward = inspection.reached(ends, [(target, source) for source, target in inspection.arrows(Nature.forward)])
    for i, step in inspection.steps(StepKind.ordinary):
        if step.code not in ending:
            yield inspection.fault("no_way_to_end", ("steps", i), step.code)
        elif step.code not in forward:
            code = "no_normal_course" if step.code == inspection.procedure.start else "no_forward_way"
            yield inspection.fault(code, ("steps", i), step.code)
