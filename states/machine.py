"""The one machine (状态机) per procedure: `transitions` without a model, shared by all threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transitions import Machine

from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.procedure import RESUME, Procedure


class MoveUnknown(JiugaiError):
    """No move of that name in the procedure."""

    code = "move_unknown"
    kind = Kind.invalid
    zh = "流程里没有名为“{trigger}”的动作。请用 jiugai project why 查看当前可办的动作。"
    en = 'The procedure has no move named "{trigger}". See `jiugai project why` for the moves there are.'


class MoveNotFromHere(JiugaiError):
    """The move exists but does not leave the step the project stands in."""

    code = "move_not_from_here"
    kind = Kind.refused
    zh = "项目现处“{step}”，不能从这里“{trigger}”。此处可办：{possible}。"
    en = 'The project stands at "{step_en}"; "{trigger}" does not leave from there. Possible here: {possible_en}.'


@dataclass(slots=True)
class Carrier:
    """What the shared machine moves: nothing but a state. Rows are never attached to a machine (it resets them)."""

    state: str


class ProcedureMachine:
    """Fires moves of one procedure. Building costs a millisecond, firing microseconds: build once per pack version."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self._machine: Any = Machine(
            model=None,
            states=[step.code for step in procedure.steps],
            transitions=[
                {
                    "trigger": _event(move.trigger, target if move.target == RESUME else None),
                    "source": source,
                    "dest": target,
                }
                for source, target, move in procedure.arrows()
            ],
            initial=procedure.start,
            auto_transitions=False,  # else every step gets a `to_<step>` back door
        )

    def fire(self, step: str, trigger: str, *, resume_step: str | None = None) -> str:
        """The step after `trigger` fired in `step`; `resume_step` is where a resume leads back to.

        Raises MoveUnknown when the procedure has no such trigger, MoveNotFromHere when it does not leave `step`.
        """
        move = self.procedure.move(trigger, step)
        if move is None:
            raise self._refusal(step, trigger)
        event = self._machine.events.get(_event(trigger, resume_step if move.target == RESUME else None))
        carrier = Carrier(step)
        if event is None or not event.trigger(carrier):
            raise self._refusal(step, trigger)
        return carrier.state

    def _refusal(self, step: str, trigger: str) -> JiugaiError:
        if trigger not in self.procedure.triggers:
            return MoveUnknown(trigger=trigger)
        moves = self.procedure.moves_from(step)
        label = self.procedure.step[step].label if step in self.procedure.step else Label(step)
        return MoveNotFromHere(
            step=label.zh,
            step_en=label.text("en"),
            trigger=trigger,
            possible="、".join(f"{m.label.zh} {m.trigger}" for m in moves) or "无（已办结）",
            possible_en=", ".join(f"{m.label.text('en')} {m.trigger}" for m in moves) or "nothing (closed)",
        )


def _event(trigger: str, resume_step: str | None) -> str:
    # a resume is one transition for each step it can lead back to; the machine itself keeps no memory
    return f"{trigger}{RESUME}:{resume_step}" if resume_step else trigger
