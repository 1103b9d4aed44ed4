"""The one machine: over every trigger and step it fires where the table says, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.pack import Pack
from states.machine import MoveNotFromHere, MoveUnknown, ProcedureMachine
from states.procedure import RESUME, Nature, Procedure, StepKind

# read off the tests' small pack by hand, not computed from it
ORDINARY = ("survey", "design", "joint_review", "posting", "takeover")
TABLE = {
    ("finish_survey", "survey"): "design",
    ("submit_plan", "design"): "joint_review",
    ("accept_plan", "joint_review"): "posting",
    ("return_plan", "joint_review"): "design",
    ("close_posting", "posting"): "takeover",
    ("strike_off", "takeover"): "struck_off",
    **{("suspend", step): "suspended" for step in ORDINARY},
    **{("terminate", step): "terminated" for step in ORDINARY},
}
STEPS = (*ORDINARY, "struck_off", "suspended", "terminated")
TRIGGERS = sorted({trigger for trigger, _ in TABLE} | {"resume"})


@pytest.mark.parametrize(("trigger", "step"), list(product(TRIGGERS, STEPS)))
def test_fires_exactly_where_the_table_says(pack: Pack, trigger: str, step: str) -> None:
    if trigger == "resume" and step == "suspended":
        return  # where to: see TestResume
    if (trigger, step) in TABLE:
        assert pack.machine.fire(step, trigger) == TABLE[trigger, step]
        return
    with pytest.raises(MoveNotFromHere) as refused:
        pack.machine.fire(step, trigger)
    possible = [t for t, source in TABLE if source == step] + (["resume"] if step == "suspended" else [])
    for name in possible:
        assert name in refused.value.text("zh")
        assert name in refused.value.text("en")
    if not possible:
        assert "已办结" in refused.value.text("zh")


def test_the_computed_space_covers_the_whole_pack(pack: Pack) -> None:
    assert {step.code for step in pack.procedure.steps} == set(STEPS)
    assert pack.procedure.triggers == set(TRIGGERS)


def test_an_unknown_trigger_is_no_refusal_but_an_error_of_its_own(pack: Pack) -> None:
    for step in STEPS:
        with pytest.raises(MoveUnknown, match="fly"):
            pack.machine.fire(step, "fly")


def test_there_is_no_back_door_to_a_step(pack: Pack) -> None:
    for step, target in product(STEPS, STEPS):
        with pytest.raises(MoveUnknown):
            pack.machine.fire(step, f"to_{target}")


class TestResume:
    @pytest.mark.parametrize("step", ORDINARY)
    def test_leads_back_to_the_step_it_was_suspended_in(self, pack: Pack, step: str) -> None:
        assert pack.machine.fire(step, "suspend") == "suspended"
        assert pack.machine.fire("suspended", "resume", resume_step=step) == step

    @pytest.mark.parametrize("step", [None, "struck_off", "suspended", "nowhere"])
    def test_without_a_step_it_could_have_come_from_it_is_refused(self, pack: Pack, step: str | None) -> None:
        with pytest.raises(MoveNotFromHere):
            pack.machine.fire("suspended", "resume", resume_step=step)

    def test_a_stray_resume_step_does_not_change_an_ordinary_move(self, pack: Pack) -> None:
        assert pack.machine.fire("survey", "finish_survey", resume_step="posting") == "design"


def walk(procedure: Procedure, choose: Callable[[list[str]], str], moves: int, fresh: bool) -> list[tuple[str, str]]:
    """A walk of legal moves; with `fresh` the machine is built anew, as after a restart, before each move."""
    machine = ProcedureMachine(procedure)
    step, resume_step, path = procedure.start, None, []
    for _ in range(moves):
        triggers = [move.trigger for move in procedure.moves_from(step)]
        if not triggers:
            break
        machine = ProcedureMachine(procedure) if fresh else machine
        trigger = choose(triggers)
        after = machine.fire(step, trigger, resume_step=resume_step)
        resume_step = step if procedure.step[after].kind is StepKind.halt else None
        step = after
        path.append((trigger, after))
    return path


class TestWalk:
    @settings(max_examples=60, deadline=None)
    @given(choices=st.lists(st.integers(0, 10**6), min_size=1, max_size=25))
    def test_never_leaves_the_table_and_a_restart_between_any_two_moves_changes_nothing(
        self, pack: Pack, choices: list[int]
    ) -> None:
        procedure = pack.procedure

        def chooser() -> Callable[[list[str]], str]:
            numbers = iter(choices)
            return lambda triggers: triggers[next(numbers) % len(triggers)]

        path = walk(procedure, chooser(), len(choices), fresh=False)
        arrows = {(source, move.trigger, target) for source, target, move in procedure.arrows()}
        steps = [procedure.start, *(after for _, after in path)]
        assert all((before, trigger, after) in arrows for before, (trigger, after) in zip(steps, path, strict=False))
        assert walk(procedure, chooser(), len(choices), fresh=True) == path
        for index, (trigger, after) in enumerate(path):
            if trigger == "resume":
                assert after == steps[index - 1]


class TestArrows:
    def test_a_resume_has_an_arrow_to_each_step_that_can_be_suspended(self, pack: Pack) -> None:
        back = {target for _, target, move in pack.procedure.arrows() if move.nature is Nature.resume}
        assert back == set(ORDINARY)
        assert all(move.target == RESUME for _, _, move in pack.procedure.arrows() if move.nature is Nature.resume)
