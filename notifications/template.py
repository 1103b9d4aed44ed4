"""Templates that an administrator writes (自定义模板): filled in a sandbox, for text messages and HTTP gateways."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.channel import Receiver
from notifications.render import Rendered
from states.exceptions import JiugaiError, Kind


class ChannelTemplateInvalid(JiugaiError):
    """A template in the settings cannot be read or filled."""

    code = "channel_template_invalid"
    kind = Kind.invalid
    zh = "通知渠道的模板写错了：{problem}。可用的变量：{variables}。请系统管理员改正设置。"
    en = "The template of a channel is wrong: {problem}. Variables: {variables}. Correct the settings."


VARIABLES = (
    "name",
    "email",
    "mobile",
    "subject",
    "headline",
    "chat",
    "text",
    "html",
    "url",
    "kind",
    "message_id",
    "now",
)


def compiled(source: str, escape: Callable[[str], str] = str) -> Template:
    """The template; each value it puts in passes through `escape`. Raises ChannelTemplateInvalid."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # `escape` knows what is written: JSON, a form, XML
        finalize=lambda value: escape(str(value)),
    )
    try:
        return environment.from_string(source)
    except TemplateError as error:
        raise _invalid(error) from error


def filled(template: Template, values: dict[str, str]) -> str:
    """The template with the values. Raises ChannelTemplateInvalid."""
    try:
        return template.render(values)
    # A sandboxed expression may fail in any way Python can.
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise _invalid(error) from error


def values_of(rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> dict[str, str]:
    """What a template may use; `headline` is the subject without its 【tag】."""
    return {
        "name": receiver.name,
        "email": receiver.email or "",
        "mobile": receiver.mobile or "",
        "subject": rendered.subject,
        "headline": rendered.subject.partition("】")[2] if rendered.subject.startswith("【") else rendered.subject,
        "chat": rendered.chat or rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "url": rendered.url,
        "kind": rendered.kind,
        "message_id": message_id,
        "now": now.isoformat(),
    }


def _invalid(error: Exception) -> ChannelTemplateInvalid:
    line = getattr(error, "lineno", None)
    problem = f"第 {line} 行 {error}" if line else str(error)
    return ChannelTemplateInvalid(problem=problem, variables="、".join(VARIABLES))
