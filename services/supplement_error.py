"""What keeps a supplement from being issued or handed in (补正受阻的原因): each with what to do instead."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class SupplementNotAllowed(JiugaiError):
    """The pack knows no supplement in this review."""

    code = "supplement_not_allowed"
    kind = Kind.refused
    zh = "政策包 {pack} 没有规定“{review}”可以补正（supplement）。需要补正的，本轮办结后退回，由申报方改后重报。"
    en = "Pack {pack} knows no supplement in {review}: what is missing comes back with the next round."


class SupplementTwice(JiugaiError):
    """The round's one list has been issued (行政许可法 32: everything at once)."""

    code = "supplement_twice"
    kind = Kind.refused
    zh = (
        "“{review}”第{round}轮已于 {day} 一次性告知补正，同一轮不得再次要求补正（行政许可法第三十二条）。"
        "仍不符合的，请写明理由出具“不同意”。"
    )
    en = "Round {round} of {review} had its one list on {day}; there is no second one. Reject with reasons instead."


class SupplementEmpty(JiugaiError):
    """Nobody demands anything, and no dissent is named; or an item has no words."""

    code = "supplement_empty"
    kind = Kind.invalid
    zh = "没有单位提出补正，清单也没有写内容。请写明要补什么，或等待各单位意见。"
    en = "Nobody demands anything and the list is empty. Say what is missing."


class DemandLeftOut(JiugaiError):
    """A demand is not on the list; it could not be told later."""

    code = "demand_left_out"
    kind = Kind.invalid
    zh = "清单漏了以下单位的补正要求：{units}。补正须一次性告知，请把它们列入清单。"
    en = "The list leaves out what these demand: {units}. Everything is told at once: put them on it."


class SupplementMissing(JiugaiError):
    """No list or item of that number."""

    code = "supplement_missing"
    kind = Kind.missing
    zh = "没有编号为 {number} 的补正{what}。请用 jiugai supplement show 项目编号 查看。"
    en = "There is no supplement {what_en} {number}. See `jiugai supplement show CODE`."


class SupplementEnded(JiugaiError):
    """The list is not open any more."""

    code = "supplement_ended"
    kind = Kind.refused
    zh = "本轮补正现为“{status}”，不能再办理。请联系牵头部门。"
    en = "This supplement is {status_en}; nothing can be added. Ask the lead department."


class SupplementPaperMissing(JiugaiError):
    """The item wants a document that has not come in since the list was issued."""

    code = "supplement_paper_missing"
    kind = Kind.refused
    zh = "“{item}”要求提交“{document}”，清单发出后还没有收到新版。请先用 jiugai project attach 上传，再勾选。"
    en = '"{item}" wants "{document}", of which nothing came in since the list was issued. Upload it, then tick.'


class SupplementWordsMissing(JiugaiError):
    """The item wants no document, so it takes words."""

    code = "supplement_words_missing"
    kind = Kind.invalid
    zh = "“{item}”没有要求材料，请写明如何补正。"
    en = '"{item}" wants no document: say how it was put right.'


class SupplementIncomplete(JiugaiError):
    """Not every item is ticked."""

    code = "supplement_incomplete"
    kind = Kind.refused
    zh = "补正清单还有 {count} 项未办：{items}。请逐项补齐后再提交。"
    en = "{count} item(s) of the list are open: {items}. Complete them first."
