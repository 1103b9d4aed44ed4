"""Reviews of a pack as tables (审查一览): how each is decided, whom it asks, what may be promised instead of papers."""

from __future__ import annotations

from typing import cast

from policy.expression import compile_condition
from policy.route_condition import in_words
from policy.schema import PackDocument
from policy.schema_review import MemberEntry, ReviewEntry
from policy.schema_round import PromiseEntry, TacitEntry
from policy.show_table import Part, Row, Table, Telling, inner, register
from states.label import Label
from states.review import ReviewMode, Settle
from states.round import Again

_KINDS = {"joint_review": Label("联审", "joint review"), "approval": Label("审批", "approval")}
_SETTLE = {
    Settle.when_decided: Label("结果已定即办结", "as soon as it is decided"),
    Settle.when_all_answered: Label("未通过的，答复齐了才办结", "a failed one when all have answered"),
}


def _reviews(document: PackDocument) -> list[Part]:
    return register("reviews", apart=("members",))(document)


def _review(telling: Telling, part: Part) -> Row:
    review = cast("ReviewEntry", part.entry)
    return {
        "code": review.code,
        "label": review.name.text(telling.lang),
        "kind": _KINDS[review.kind].text(telling.lang),
        "lead": telling.name("department", review.lead),
        "mode": _mode(telling, review),
        "settle": _SETTLE[review.settle].text(telling.lang),
        "limit": telling.limit(review.limit),
        "asked_by": telling.names("table", review.members_from),
        "on_pass": telling.name("trigger", review.on_pass),
        "on_reject": telling.name("trigger", review.on_reject),
        "on_withdraw": telling.name("trigger", review.on_withdraw),
        "again": Again(review.again).label.text(telling.lang),
        "carries": telling.name("review", review.carries),
        "reopen": review.reopen.label.text(telling.lang),
        "supplement": _supplement(telling, review),
        "dissent": _dissent(telling, review),
        "source": telling.sources(review.source, telling.pack.limit(review.limit).span.source),
    }


def _mode(telling: Telling, review: ReviewEntry) -> str:
    words = [review.mode.label.text(telling.lang)]
    if review.passing is not None:
        words.append(telling.say(f"达到 {review.passing} 通过", f"passes with {review.passing}"))
    if review.mode is ReviewMode.all:
        single = telling.say("一票否决", "one rejection is enough")
        words.append(single if review.veto else telling.say("不设一票否决，过半数通过", "no veto, more than half"))
    return telling.say("，", ", ").join(words)


def _supplement(telling: Telling, review: ReviewEntry) -> str:
    terms = review.supplement
    if terms is None:
        return telling.say("不设，提出即退回", "none: a demand returns the round")
    missed = terms.missed.label.text(telling.lang)
    within, source = telling.limit(terms.limit), telling.source(terms.source)
    tell = telling.limit(terms.tell)
    told = telling.say(f"{tell}内一次告知，", f"told once within {tell}, ") if terms.tell else ""
    return telling.say(
        f"{told}{within}内补正，逾期{missed}（{source}）", f"{told}handed in within {within}, else {missed} ({source})"
    )


def _dissent(telling: Telling, review: ReviewEntry) -> str:
    terms = review.dissent
    if terms is None:
        return telling.say("不设，不同意即退回", "none: a rejection returns the round")
    within, source = telling.limit(terms.limit), telling.source(terms.source)
    return telling.say(
        f"牵头部门 {within}内裁定，逾期按不同意办（{source}）",
        f"the lead rules within {within}, else rejections stand ({source})",
    )


def _member(telling: Telling, part: Part) -> Row:
    member, review = cast("MemberEntry", part.entry), cast("ReviewEntry", part.inside)
    category = telling.pack.category(member)
    return {
        "code": part.key,
        "review": review.name.text(telling.lang),
        "member": telling.name("department", member.department) or telling.seat(member.seat),
        "turn": part.number if review.mode in (ReviewMode.ordered, ReviewMode.lead) else "",
        "matter": member.matter,
        "limit": telling.limit(member.limit),
        "when": _when(telling, member),
        "weight": "" if member.weight is None else member.weight,
        "group": member.group or "",
        "category": category.label.text(telling.lang) if category else "",
        "veto": telling.say("不得推翻", "cannot be overruled") if telling.pack.is_final(member) else "",
        "advisory": telling.say("征求意见", "advice only") if member.advisory else "",
        "tacit": _tacit(telling, member.tacit),
        "watches": _watches(telling, member),
        "again": telling.say("每轮都请", "asked every round") if member.again == "always" else "",
        "source": telling.sources(member.source or review.source, telling.pack.limit(member.limit).span.source),
    }


def _when(telling: Telling, member: MemberEntry) -> str:
    if member.when is None:
        return ""
    uses = tuple(compile_condition(member.when, telling.pack.facts).uses)
    return in_words(member.when, uses, telling.pack.facts, telling.lang)


def _tacit(telling: Telling, tacit: TacitEntry | None) -> str:
    if tacit is None:
        return ""
    source = telling.source(tacit.source)
    return telling.say(f"到期未答复视为同意（{source}）", f"silence past the limit is approval ({source})")


def _watches(telling: Telling, member: MemberEntry) -> list[str]:
    if member.watches is None:
        return []
    return [*telling.names("fact", member.watches.facts), *telling.names("document", member.watches.documents)]


def _promise(telling: Telling, part: Part) -> Row:
    promise = cast("PromiseEntry", part.entry)
    return {
        "code": promise.code,
        "label": promise.name.text(telling.lang),
        "kind": promise.kind.label.text(telling.lang),
        "may_follow": telling.names("document", promise.documents),
        "paper": telling.name("document", promise.paper),
        "limit": telling.limit(promise.limit),
        "missed": _missed(telling, promise),
        "about": telling.name("department", promise.department) or telling.name("permit", promise.permit),
        "source": telling.source(promise.source),
    }


def _missed(telling: Telling, promise: PromiseEntry) -> str:
    trigger, finding = telling.name("trigger", promise.on_missed), telling.name("finding", promise.finding)
    raised = telling.say(f"记为“{finding}”", f'a "{finding}" is raised') if promise.finding else ""
    if promise.missed == "finding":
        return raised
    withdrawn = telling.say("视为撤回", "taken as withdrawn")
    fired = telling.say(f"{withdrawn}（“{trigger}”）", f'{withdrawn} ("{trigger}")') if promise.on_missed else withdrawn
    return telling.say("，否则", ", else ").join(words for words in (fired, raised) if words)


TABLES = (
    Table("reviews", Label("审查", "reviews"), ("reviews",), _reviews, _review),
    Table(
        "members",
        Label("审查成员", "members of reviews"),
        ("reviews",),
        inner("reviews", "members", lambda member: str(member.key)),
        _member,
        ordered=True,
    ),
    Table("promises", Label("承诺事项", "promises"), ("promises",), register("promises"), _promise),
)
