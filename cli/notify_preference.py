"""`jiugai notify preference`: how a person wants to be told of what (通知偏好)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, new_request, office
from cli.option import As, AsJson, RequestId, one_of
from cli.output import emit, grid
from notifications.message import MESSAGES
from runtime.office import Office
from services.identity import find_actor, find_person
from services.keeping import Keeping
from services.preference import EVERY_KIND, Preference, Way, is_mandatory, preference_of
from services.preference_change import Manner, choose, forget_choice, manner_of, set_manner
from services.quiet import QuietHours
from states.exceptions import Lang

app = group(
    say(
        "通知偏好：每种通知怎样送达，免打扰时段、语言、提要。", "How each kind reaches a person; quiet hours, language."
    )
)
Whose = Annotated[
    str | None,
    typer.Option("--login", metavar="LOGIN", help=say("谁的偏好；不填为办理人自己", "whose; else their own")),
]
KindName = Annotated[
    str, typer.Argument(metavar="KIND", help=say("通知标识（见 show），* 为其余各种", "the kind, * for all others"))
]


AS_CITY, NONE = "city", "none"


def _hours(text: str, held: QuietHours | None, rest_days: bool | None) -> QuietHours | None:
    """`22:00-07:00`, `none` for no quiet hours, `city` (None) for the city's; `rest_days` where it was said."""
    if text == AS_CITY:
        return None
    rest = rest_days if rest_days is not None else bool(held and held.rest_days)
    if text == NONE:
        return QuietHours(rest_days=rest)
    try:
        start, until = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        problem = say(f"“{text}”应写作 22:00-07:00、none 或 city", f'"{text}": give 22:00-07:00, none or city')
        raise typer.BadParameter(problem) from None
    return QuietHours(start, until, rest)


def _language(text: str) -> Lang | None:
    if text not in ("zh", "en", AS_CITY):
        raise typer.BadParameter(say(f"“{text}”应为 zh、en 或 city", f'"{text}" is none of zh, en, city'))
    return "zh" if text == "zh" else "en" if text == "en" else None


@app.command("show", help=say("每种通知现在怎样送达。", "How each kind reaches a person now."))
def show(
    login: Annotated[str, typer.Option("--login", metavar="LOGIN", help=say("谁的偏好", "whose"))],
    as_json: AsJson = False,
) -> None:
    """Every kind of message with its way and channels, the language and the quiet hours."""
    with office() as at, at.database.read() as session:
        found = preference_of(session, find_person(session, login).id)
        _emit(at, login, found, as_json)


@app.command("set", help=say("设定一种通知怎样送达。", "Set how a kind reaches a person."))
def set_(
    kind: KindName,
    way: Annotated[
        Way, typer.Argument(metavar="channels|digest|inbox", parser=one_of(Way), help=say("怎样送达", "how"))
    ],
    actor: As,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            "--channel", help=say("经哪些渠道，可多次给出；不填为全部", "through which, repeatable; else all")
        ),
    ] = None,
    login: Whose = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Kinds that have to be delivered can only choose their channels."""

    def change(at: Office, session: Session, whose: str, keeping: Keeping) -> Preference:
        return choose(session, at.city, whose, kind, way, channel or (), keeping)

    _changed(actor, login, request_id, as_json, change)


@app.command("drop", help=say("一种通知恢复按本市设置送达。", "Let a kind follow the city again."))
def drop(kind: KindName, actor: As, login: Whose = None, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Harmless when it does already."""

    def change(_: Office, session: Session, whose: str, keeping: Keeping) -> Preference:
        return forget_choice(session, whose, kind, keeping)

    _changed(actor, login, request_id, as_json, change)


@app.command("manner", help=say("设定语言、免打扰时段、是否发送提要。", "Set language, quiet hours, the digest."))
def manner(
    actor: As,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="zh|en|city", help=say("通知的语言", "the language of letters")),
    ] = None,
    quiet: Annotated[
        str | None,
        typer.Option(
            "--quiet", metavar="FROM-UNTIL|none|city", help=say("免打扰时段，如 22:00-07:00", "such as 22:00-07:00")
        ),
    ] = None,
    rest_days: Annotated[
        bool | None,
        typer.Option("--quiet-rest-days/--no-quiet-rest-days", help=say("休息日全天免打扰", "rest days as a whole")),
    ] = None,
    digest: Annotated[
        bool | None,
        typer.Option("--digest/--no-digest", help=say("提要经渠道发送，或只进收件箱", "the digest through channels")),
    ] = None,
    login: Whose = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """What is not given stays as it is; `city` follows the city's settings again."""

    def change(at: Office, session: Session, whose: str, keeping: Keeping) -> Preference:
        held = manner_of(preference_of(session, find_person(session, whose).id))
        hours = held.quiet
        if quiet is not None:
            hours = _hours(quiet, hours, rest_days)
        elif rest_days is not None:
            hours = replace(hours or at.city.quiet, rest_days=rest_days)
        wanted = Manner(
            held.lang if language is None else _language(language), hours, held.digest if digest is None else digest
        )
        return set_manner(session, whose, wanted, keeping)

    _changed(actor, login, request_id, as_json, change)


def _changed(
    actor: str,
    login: str | None,
    request_id: str | None,
    as_json: bool,
    change: Callable[[Office, Session, str, Keeping], Preference],
) -> None:
    with office() as at:
        with at.database.write() as session:
            keeping = Keeping(find_actor(session, actor), at.now(), SOURCE, new_request(request_id))
            found = change(at, session, login or actor, keeping)
        _emit(at, login or actor, found, as_json)


def _emit(at: Office, login: str, found: Preference, as_json: bool) -> None:
    hours = found.quiet_hours(at.city)
    kinds = [_line(at, found, kind) for kind in MESSAGES if kind not in _NOT_CHOSEN]
    data: dict[str, Any] = {
        "login": login,
        "lang": found.lang,
        "quiet": {
            "from": f"{hours.start:%H:%M}", "until": f"{hours.until:%H:%M}", "rest_days": hours.rest_days,
            "own": found.quiet is not None,
        },
        "digest": found.digest,
        "kinds": kinds,
    }  # fmt: skip
    heads = [say("通知", "kind"), say("标识", "code"), say("怎样送达", "how"), say("渠道", "channels"), ""]
    rows = [
        [one["label"], one["kind"], one["way_label"], one["channels"], say("必须送达", "mandatory") * one["mandatory"]]
        for one in kinds
    ]
    emit(data, as_json=as_json, text=[_manner_text(found, hours), grid(heads, rows)])


_NOT_CHOSEN = ("channel_test", "daily_digest")


def _line(at: Office, found: Preference, kind: str) -> dict[str, Any]:
    way = found.choice(kind).way
    return {
        "kind": kind,
        "label": MESSAGES[kind].label,
        "way": way.value,
        "way_label": way.label.text(lang()),
        "channels": list(found.channels(kind, at.city.channels)),
        "mandatory": is_mandatory(kind),
        "own": kind in found.choices or EVERY_KIND in found.choices,
    }


def _manner_text(found: Preference, hours: QuietHours) -> str:
    own = say("（自设）", " (own)") if found.quiet is not None else say("（随本市）", " (the city's)")
    span = say("不设", "none") if hours.start == hours.until else f"{hours.start:%H:%M}-{hours.until:%H:%M}"
    rest = say("，休息日全天", ", rest days as a whole") if hours.rest_days else ""
    spoken = {"zh": "中文", "en": "English", None: say("随本市", "the city's")}[found.lang]
    sent = say("经渠道发送", "sent") if found.digest else say("只进收件箱", "inbox only")
    return say(
        f"语言：{spoken}；免打扰：{span}{rest}{own}；每日提要：{sent}",
        f"language: {spoken}; quiet hours: {span}{rest}{own}; digest: {sent}",
    )
