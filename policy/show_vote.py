"""Votes and postings of a pack as tables (表决、公示一览): rules by class and date, votes, what is posted."""

from __future__ import annotations

from typing import cast

from policy.schema_vote import About, ConsentEntry, PollEntry, PostingEntry, RuleVersion, Tally, VoteRuleEntry
from policy.show_table import Part, Row, Table, Telling, inner, register
from states.label import Label
from states.vote import Base

_SCOPES = {
    "community": Label("全体业主", "all owners"),
    "building": Label("按栋", "each building"),
    "entrance": Label("按单元", "each entrance"),
}


def _version(telling: Telling, part: Part) -> Row:
    version, rule = cast("RuleVersion", part.entry), cast("VoteRuleEntry", part.inside)
    return {
        "code": part.key,
        "label": rule.name.text(telling.lang),
        "effective_from": version.effective_from.isoformat(),
        "effective_to": version.effective_to.isoformat() if version.effective_to else "",
        "quorum": _quorum(telling, version),
        "share": _share(telling, version),
        "measures": [measure.label.text(telling.lang) for measure in version.measures],
        "source": telling.source(version.source),
    }


def _quorum(telling: Telling, version: RuleVersion) -> str:
    if not version.quorum:
        return telling.say("不限", "none")
    return telling.say(f"≥ 全体的 {version.quorum}", f"≥ {version.quorum} of everybody")


def _share(telling: Telling, version: RuleVersion) -> str:
    whole = telling.say("全体的", "of everybody")
    if version.base is not Base.all:
        whole = telling.say("参加表决的", "of those taking part")
    sign = "≥" if version.inclusive else ">"
    return telling.say(f"{sign} {whole} {version.share}", f"{sign} {version.share} {whole}")


def _consent(telling: Telling, part: Part) -> Row:
    consent = cast("ConsentEntry", part.entry)
    return {
        "code": consent.code,
        "label": consent.name.text(telling.lang),
        "counted": _poll(telling, consent.poll) if consent.poll else _tallied(telling, consent),
        "about": _about(telling, consent.poll.about) if consent.poll else [],
        "roll": _roll(telling, consent.poll) if consent.poll else "",
        "owed_by": telling.seat(consent.owed_by),
        "source": telling.source(consent.source),
    }


def _poll(telling: Telling, poll: PollEntry) -> str:
    rule, scope = telling.name("vote_rule", poll.rule), _SCOPES[poll.scope].text(telling.lang)
    heads = telling.say("一户计一人", "one head per unit")
    if poll.heads == "co_owner":
        heads = telling.say("共有人逐个计", "every co-owner counts")
    return telling.say(f"系统内逐户表决：{rule}，{scope}，{heads}", f"voted in the system: {rule}, {scope}, {heads}")


def _tallied(telling: Telling, consent: ConsentEntry) -> str:
    sign = "≥" if consent.inclusive else ">"
    tallies = telling.say("；", "; ").join(_tally(telling, tally) for tally in consent.tallies)
    return telling.say(
        f"系统外计票：参加 ≥ {consent.quorum}，同意 {sign} {consent.share}（{tallies}）",
        f"counted elsewhere: taking part ≥ {consent.quorum}, in favour {sign} {consent.share} ({tallies})",
    )


def _tally(telling: Telling, tally: Tally) -> str:
    facts = " / ".join(telling.names("fact", (tally.agreed, tally.voted, tally.total)))
    return f"{tally.name.text(telling.lang)}{telling.say('：', ': ')}{facts}"


def _about(telling: Telling, about: About) -> list[str]:
    return [*telling.names("document", about.documents), *telling.names("fact", about.facts)]


def _roll(telling: Telling, poll: PollEntry) -> str:
    """What the roll has to add up to."""
    facts = telling.names("fact", [code for code in (poll.total_area, poll.total_owners) if code])
    if not facts:
        return ""
    near = telling.say(f"，面积可差 {poll.tolerance} 平方米", f", the area within {poll.tolerance} m²")
    return f"= {telling.joined(facts)}{near if poll.tolerance else ''}"


def _posting(telling: Telling, part: Part) -> Row:
    posting = cast("PostingEntry", part.entry)
    return {
        "code": posting.code,
        "label": posting.name.text(telling.lang),
        "step": telling.name("step", posting.step),
        "limit": telling.limit(posting.limit),
        "documents": telling.names("document", posting.documents),
        "objection": telling.name("finding", posting.objection),
        "on_upheld": telling.names("trigger", posting.on_upheld),
        "evidence": telling.name("document", posting.evidence),
        "owed_by": telling.seat(posting.owed_by),
        "source": telling.source(telling.pack.limit(posting.limit).span.source),
    }


TABLES = (
    Table(
        "vote_rules",
        Label("表决类别", "vote rules"),
        ("vote_rules",),
        inner("vote_rules", "versions", lambda version: str(version.effective_from)),
        _version,
        around=("label", "en"),
    ),
    Table("consents", Label("业主表决", "owners' votes"), ("consents",), register("consents"), _consent),
    Table("postings", Label("公示", "public postings"), ("postings",), register("postings"), _posting),
)
