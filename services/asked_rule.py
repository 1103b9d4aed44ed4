"""Why a review asks a member (为何请该部门): the rules that name it, the facts that match, the citation of each."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from policy.route import members_of
from policy.route_table import Line
from policy.route_words import line_row
from services.because import Link, Reason
from services.case import load_facts
from services.reading import Reading


def rule_reasons(
    session: Session, reading: Reading, project: Project, pack: Pack, review: Review, task: ReviewTask
) -> list[Reason]:
    """The pack's rules by which the facts on record now ask this member, each with its citation."""
    if task.added is not None:
        return []
    facts = load_facts(session, project, pack)
    answers = members_of(pack, review.code, facts)
    answer = next((one for one in answers if one.member == task.member), None)
    if answer is None:
        text = reading.say(
            "发起时按当时的情况应请；按现在填报的情况已不再要求",
            "asked by the facts at the opening; not by those of now",
        )
        return [Reason(Link.rule, text, data={"member": task.member, "still": False})]
    reasons = [_reason(reading, pack, line) for line in answer.rules]
    if not answer.certain:
        text = reading.say("有关情况尚未填全，未能排除，先请", "asked because the facts do not rule it out yet")
        reasons.append(Reason(Link.rule, text, data={"certain": False}))
    return reasons


def _reason(reading: Reading, pack: Pack, line: Line) -> Reason:
    row = line_row(pack, line, reading.lang)
    facts = "；".join(f"{one['condition']}（{one['text']}）" for one in row["because"])
    what = row["label"] or row["when"]
    text = reading.say(
        f"规则“{what}”：{facts}" if facts else f"规则“{what}”：{row['when']}",
        f'rule "{what}": {facts or row["when"]}',
    )
    assumed = reading.say("（设定值）", " (assumed)") if row["assumed"] and row["source_label"] else ""
    return Reason(Link.rule, text, f"{row['source_label']}{assumed}", row)
