"""What every message has (通知的共同部分): a link to the to-do, the reason it came, and the errors of a bad one.

A message says what happened in the words of the office; who receives it and through which channel is decided
elsewhere. Days (`*_on`) are dates in the city's zone, instants (`*_at`) are aware. Labels are the pack's words.
An optional text that is empty, and a day that is `None`, is left out of the letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar

from pydantic import ConfigDict

from states.exceptions import JiugaiError, Kind

# A path on our own site: never `//host`, never `@host`, which would lead away once put behind the base address.
_PATH = re.compile(r"/(?!/)[^\s\\\"<>\x00-\x1f]*")


class MessageInvalid(JiugaiError):
    """A message that cannot be built or read back: a field is missing, unknown or of the wrong type."""

    code = "message_invalid"
    kind = Kind.invalid
    zh = "通知“{message_kind}”的内容不符合格式：{problem}。请把本提示转给系统管理员；原始内容仍在发件箱中。"
    en = (
        "The message “{message_kind}” is malformed: {problem}. Pass this on to the system administrator; "
        "its original content is still in the outbox."
    )


class MessageKindUnknown(JiugaiError):
    """No message of this kind exists in this version."""

    code = "message_kind_unknown"
    kind = Kind.missing
    zh = "没有“{message_kind}”这种通知，可能由更新的版本写入。请系统管理员升级后重新投递。"
    en = "There is no message of kind “{message_kind}”; a newer version may have written it. Upgrade, then redeliver."


@dataclass(frozen=True, kw_only=True)
class Message:
    """Base of every message.

    `link`: path straight to the to-do, e.g. `/projects/TC-2021-001#review-3` (starts with one slash).
    `why`: why it came to this receiver; when empty the template gives the usual reason of its kind.
    A kind that is `mandatory` cannot be switched off by its receiver; one that is told `once_a_day` reaches a person
    once a day for one link, whatever event tells it. `is_urgent` letters do not wait for the end of quiet hours.
    Raises MessageInvalid for a link that leaves the site and for an instant without a zone.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    when: ClassVar[str]
    to: ClassVar[str]
    mandatory: ClassVar[bool] = False
    once_a_day: ClassVar[bool] = False
    urgent: ClassVar[bool] = False
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    link: str
    why: str = ""

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.link):
            raise MessageInvalid(message_kind=self.kind, problem=f"link={self.link!r}")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime) and value.tzinfo is None:
                raise MessageInvalid(message_kind=self.kind, problem=f"{field.name} 缺少时区 (no time zone)")

    @property
    def is_urgent(self) -> bool:
        """Whether this very letter is; as its kind says unless the kind looks at its own fields."""
        return self.urgent


@dataclass(frozen=True, kw_only=True)
class ProjectMessage(Message):
    """Base of every message about one project."""

    project_code: str
    project_name: str
