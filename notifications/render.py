"""Rendering (成文): a typed message becomes a subject, a plain text, an HTML letter and a chat card."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import PackageLoader, StrictUndefined, TemplateNotFound, pass_context, select_autoescape
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.message import Message
from notifications.text import clean, one_line
from states.exceptions import Lang

CITY_ZONE = ZoneInfo("Asia/Shanghai")
SUBJECT_LIMIT = 120
_CHAT_FACTS = 5
_LOADER = PackageLoader("notifications", "templates")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Rendered:
    """A message in words: `subject` is one line, `text` and `html` say the same; `url` leads to the to-do.

    `chat` is the body of a chat card: a few lines without markup, to stand between the subject and a link to `url`.
    """

    subject: str
    text: str
    html: str
    kind: str = "notice"
    url: str = ""
    chat: str = ""


def render(message: Message, *, base_url: str, lang: Lang = "zh", zone: tzinfo = CITY_ZONE) -> Rendered:
    """The message in the words of its templates.

    `base_url` is the address the site is reached at; instants are shown in `zone`. A kind without English templates
    is rendered in Chinese. The subject is cut at 120 characters; the body has everything in full.
    """
    values = _values(message, base_url, lang, zone)
    values["subject"] = line = one_line(_fill(message.kind, "subject.txt", values), SUBJECT_LIMIT)
    url: str = values["url"]
    text = clean(_fill(message.kind, "body.txt", values)).strip() + "\n"
    html = clean(_fill(message.kind, "body.html", values)).strip() + "\n"
    chat = _chat(message.kind, values) or _first_lines(text)
    return Rendered(subject=line, text=text, html=html, kind=message.kind, url=url, chat=chat)


def subject(message: Message, *, lang: Lang = "zh", zone: tzinfo = CITY_ZONE) -> str:
    """The subject line alone, as `render` gives it: for lists of messages."""
    return one_line(_fill(message.kind, "subject.txt", _values(message, "", lang, zone)), SUBJECT_LIMIT)


def _values(message: Message, base_url: str, lang: Lang, zone: tzinfo) -> dict[str, Any]:
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    url = base_url.rstrip("/") + quote(message.link, safe="/#?&=%+:,;@~!$'()*")
    return values | {"url": url, "lang": lang, "zone": zone}


def template_source(kind: str, part: str, lang: Lang = "zh") -> str:
    """A template as written, e.g. `template_source("project_moved", "subject.txt")`. Raises TemplateNotFound."""
    return _LOADER.get_source(_environment(), _names(kind, part, lang)[0])[0]


def _chat(kind: str, values: dict[str, Any]) -> str:
    """The chat card in the words of its own template, where the kind has one in this language."""
    lang = values["lang"]
    try:
        template = _environment().get_template(_names(kind, "chat.txt", lang)[0])
    except TemplateNotFound:
        return ""
    return clean(template.render(values)).strip()


def _first_lines(text: str) -> str:
    """What the letter opens with: its lead and the first of its facts."""
    lead, facts, *_ = [*text.strip().split("\n\n"), "", ""]
    return "\n".join([lead, *facts.splitlines()[:_CHAT_FACTS]]).strip()


def _names(kind: str, part: str, lang: Lang) -> list[str]:
    return [f"{kind}/{part}"] if lang == "zh" else [f"{kind}/{lang}/{part}", f"{kind}/{part}"]


def _fill(kind: str, part: str, values: dict[str, Any]) -> str:
    return _environment().select_template(_names(kind, part, values["lang"])).render(values)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=_LOADER,
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["day"] = _day
    environment.filters["moment"] = _moment
    return environment


@pass_context
def _day(context: Context, value: date | None) -> str:
    """`2026年10月15日（周四）`, or `Thu 15 Oct 2026`; nothing for no day. Own names: strftime follows the machine."""
    if value is None:
        return ""
    if context["lang"] == "zh":
        return f"{value.year}年{value.month}月{value.day}日（周{_WEEKDAYS_ZH[value.weekday()]}）"
    return f"{_WEEKDAYS_EN[value.weekday()]} {value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


@pass_context
def _moment(context: Context, value: datetime) -> str:
    """`2026-10-15 09:30（UTC+08:00）`: the wall clock of the city with its offset."""
    local = value.astimezone(context["zone"]).isoformat(sep=" ", timespec="minutes")
    return f"{local[:16]} (UTC{local[16:]})"
