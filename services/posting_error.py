"""What can go wrong with postings and objections (公示错误)."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class PostingMissing(JiugaiError):
    """The project has no posting of that code, or it is no longer up."""

    code = "posting_missing"
    kind = Kind.missing
    zh = "“{project}”没有正在进行的“{posting}”。请先办理公示（jiugai posting open），再登记意见。"
    en = '"{project}" has no "{posting}" up at present. Post first with `jiugai posting open`.'


class PostingMisplaced(JiugaiError):
    """The project does not stand where the pack has this posted."""

    code = "posting_misplaced"
    kind = Kind.refused
    zh = "“{posting}”在“{step}”步骤办理，项目现处“{current}”。请先办到该步骤，再张贴公示。"
    en = '"{posting}" is posted at "{step_en}"; the project stands at "{current_en}".'


class PostingPapersMissing(JiugaiError):
    """Nothing to post is on file."""

    code = "posting_papers_missing"
    kind = Kind.refused
    zh = "“{posting}”要公示的材料（{papers}）一份也没有提交。请先提交，再张贴公示。"
    en = 'None of the papers of "{posting}" ({papers}) is on file. File them first.'


class PostingDayWrong(JiugaiError):
    """The first day lies ahead, or before the papers were on file."""

    code = "posting_day_wrong"
    kind = Kind.invalid
    zh = (
        "公示开始日 {day} 不对：应在材料提交日 {first} 至今天 {last} 之间。请核对日期；材料换过的，从换后重新张贴起算。"
    )
    en = "The posting cannot begin on {day}: it is between {first}, when its papers were filed, and today, {last}."


class PostingPlaceMissing(JiugaiError):
    """Nobody said where it is posted."""

    code = "posting_place_missing"
    kind = Kind.invalid
    zh = "请写明公示地点（如“小区东门公告栏、各单元门口”），再提交。"
    en = "Say where it is posted before you submit."


class PostingUpAlready(JiugaiError):
    """The same papers are up already."""

    code = "posting_up_already"
    kind = Kind.conflict
    zh = "“{posting}”第 {round} 次公示自 {day} 起仍在进行，材料没有变动，不必重新公示。"
    en = 'Posting {round} of "{posting}" has been up since {day} with the same papers.'


class ObjectionMissing(JiugaiError):
    """No objection of that number."""

    code = "objection_missing"
    kind = Kind.missing
    zh = "没有编号为 {objection} 的公示异议。请用 jiugai posting list 项目编号 查看。"
    en = "There is no objection {objection}. See `jiugai posting list CODE`."


class ObjectionAnswered(JiugaiError):
    """The objection has been decided."""

    code = "objection_answered"
    kind = Kind.conflict
    zh = "异议“{title}”已经{status}，不能再次答复。有新情况的，请作为新的异议登记。"
    en = 'The objection "{title}" has been {status_en}; raise a new one where there is news.'
