"""答复情况 (the artifact): who has answered and who has not, with a link to the project's page, on the review's run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger

from flows.handling import office
from services.answer_sheet import AnswerSheet, answer_sheets

_HEAD = "| 单位 | 审查内容 | 意见 | 说明 | 答复人 | 期限 |\n| --- | --- | --- | --- | --- | --- |"


def show_answers(event_ids: Sequence[int]) -> None:
    """Put the sheets of the rounds these events are about on the run; a failure here fails nothing else."""
    at = office()
    try:
        with at.database.read() as session:
            sheets = answer_sheets(session, event_ids)
        if sheets:
            # several rounds in one run share an artifact; one round has a history of its own under its key
            key = f"review-{sheets[0].review_id}" if len(sheets) == 1 else "joint-review"
            description = "、".join(sheet.title for sheet in sheets[:3])
            create_markdown_artifact(markdown=markdown(sheets, at.settings.site), key=key, description=description)
    except Exception:
        get_run_logger().warning("答复情况没有生成，审查不受影响", exc_info=True)


def markdown(sheets: Iterable[AnswerSheet], site: str) -> str:
    """The sheets as Markdown, units that have not answered first."""
    return "\n\n".join(_one(sheet, site.rstrip("/")) for sheet in sheets)


def _one(sheet: AnswerSheet, site: str) -> str:
    lines = sorted(sheet.lines, key=lambda line: line.has_answered)
    rows = [
        f"| {_cell(one.organisation)} | {_cell(one.matter)} | {'' if one.has_answered else '⏳ '}{_cell(one.said)} "
        f"| {_cell(one.mark)} | {_cell(one.by)} | {one.due_on or ''} |"
        for one in lines
    ]
    head = f"### {sheet.title}\n\n{sheet.status}，{len(sheet.lines)} 个单位，{sheet.missing} 个尚未答复 · "
    return "\n".join([f"{head}[项目页面]({site}{sheet.link})", "", _HEAD, *rows])


def _cell(text: str) -> str:
    # what people typed must not end a cell or a line
    return " ".join(text.replace("|", "｜").split())
