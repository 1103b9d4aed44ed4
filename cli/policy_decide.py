"""`jiugai policy decide`: how a round would stand (表决推演), without a pack or a project."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

import typer

from cli.language import lang, say
from cli.option import AsJson
from cli.output import emit
from states.decision import Ballot, Decision, Outcome, decide
from states.decision_rule import Terms, make_rule
from states.review import Opinion, ReviewMode

LETTERS = {"P": Opinion.approve, "R": Opinion.reject, "N": Opinion.not_concerned}
MODES = {mode.value: mode for mode in ReviewMode if mode is not ReviewMode.lead}
"""Whoever leads is not among votes in a row, so the lead's own mode is for packs only."""
MOST = 1_000_000
"""Reviewers; more than a city has officials."""

_EXACT = re.compile(r"-?[0-9]{1,18}(?:/[0-9]{1,18}|\.[0-9]{1,18})?")


def mode_of(text: str) -> ReviewMode:
    """A mode by its name. Raises BadParameter."""
    if text not in MODES:
        names = ", ".join(MODES)
        raise typer.BadParameter(say(f"“{text}”应为以下之一：{names}", f'"{text}" is none of: {names}'))
    return MODES[text]


def exact(text: str) -> Fraction:
    """A number exactly as written: `3`, `2/3`, `0.75` (which is 3/4). Raises BadParameter."""
    stripped = text.strip()
    try:
        if _EXACT.fullmatch(stripped):
            return Fraction(stripped)
    except ZeroDivisionError:
        pass
    problem = say(f"“{text}”应写作 3、2/3 或 0.75", f'"{text}" is no number such as 3, 2/3 or 0.75')
    raise typer.BadParameter(problem)


def votes_of(text: str) -> list[Opinion]:
    """The votes in a row. Raises BadParameter naming the first that is none."""
    given = _parts(text)
    wrong = next((letter for letter in given if letter.upper() not in LETTERS), None)
    if wrong is not None:
        raise typer.BadParameter(
            say(
                f"“{wrong}”不是意见：P 同意、R 不同意、N 不涉及，用逗号隔开，如 P,R,N",
                f'"{wrong}" is no vote: P approve, R reject, N not concerned, separated by commas',
            ),
            param_hint="--votes",
        )
    return [LETTERS[letter.upper()] for letter in given]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,，]", text)] if text.strip() else []


def policy_decide(
    reviewers: Annotated[
        int, typer.Option("--reviewers", metavar="N", max=MOST, help=say("请几个人审", "how many are asked"))
    ],
    mode: Annotated[
        ReviewMode,
        typer.Option(
            "--mode",
            metavar="MODE",
            parser=mode_of,
            help=say(
                "all 会签、any 或签、ordered 顺签、count 按票数、share 按比例、weight 按权重",
                "all, any, ordered, count, share or weight",
            ),
        ),
    ],
    votes: Annotated[
        str,
        typer.Option(
            "--votes",
            metavar="P,R,…",
            help=say(
                "意见：P 同意、R 不同意、N 不涉及；顺签按审查人次序，其他按答复先后；不写即无人答复",
                "P approve, R reject, N not concerned, in the order they came in",
            ),
        ),
    ] = "",
    passing: Annotated[
        Fraction | None,
        typer.Option(
            "--pass",
            metavar="X",
            parser=exact,
            help=say(
                "通过条件：count 写同意票数；share 写占涉及者的比例，如 2/3 或 0.75；"
                "weight 写权重之和，小于 1 为占涉及者权重的比例。不写即过半数",
                "count: approvals; share: of those concerned; weight: weight, below 1 a share; else more than half",
            ),
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            metavar="A,B,…",
            help=say("每个审查人的权重，第几个意见用第几个权重", "the weight of each vote, in their order"),
        ),
    ] = None,
    no_veto: Annotated[
        bool,
        typer.Option(
            "--no-veto", help=say("all：取消一票否决，涉及者过半数同意即通过", "all: more than half is enough")
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Decided as soon as the outcome cannot change any more; `decided_after` counts the votes needed for that."""
    if no_veto and mode is not ReviewMode.all:
        raise typer.BadParameter(say("--no-veto 只与 --mode all 一起写", "--no-veto goes with --mode all"))
    given = [exact(part) for part in _parts(weights)] if weights is not None else None
    rule = make_rule(mode, reviewers, Terms(passing=passing, veto=not no_veto, weights=given))
    said = votes_of(votes)
    if len(said) > reviewers:
        counted = say(f"审查人只有 {reviewers} 个，意见却有 {len(said)} 个", f"{len(said)} votes of {reviewers}")
        raise typer.BadParameter(counted, param_hint="--votes")
    decision = decide(rule, [Ballot(member, opinion) for member, opinion in enumerate(said)])
    emit({"outcome": decision.outcome, "decided_after": decision.decided_after}, as_json=as_json, text=_words(decision))


def _words(decision: Decision) -> str:
    label = decision.outcome.label.text(lang())
    if decision.outcome is Outcome.open:
        return label
    return say(
        f"{label}（第 {decision.decided_after} 个意见后已定）", f"{label} after {decision.decided_after} vote(s)"
    )
