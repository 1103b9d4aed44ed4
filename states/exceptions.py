"""What can go wrong (错误): every error carries a stable code, a kind, its data, and its words in two languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Literal

Lang = Literal["zh", "en"]


class Kind(StrEnum):
    """What sort of answer the edge gives: the web maps it to a status, the command line to an exit code."""

    failure = "failure"
    invalid = "invalid"
    refused = "refused"
    missing = "missing"
    conflict = "conflict"
    forbidden = "forbidden"


class JiugaiError(Exception):
    """Base of every error a person may see.

    A subclass sets `code` (stable, snake case), `kind`, and the templates `zh` and `en`, which are filled from the
    keyword arguments it was raised with. The words say what is wrong, what to do, and whom to ask.
    """

    code: ClassVar[str] = "failure"
    kind: ClassVar[Kind] = Kind.failure
    zh: ClassVar[str] = "操作没有完成。"
    en: ClassVar[str] = "The operation was not completed."

    def __init__(self, **data: Any) -> None:  # noqa: ANN401 - the data of an error is whatever its words name
        self.data = data
        super().__init__(self.text("zh"))

    def __reduce__(self) -> tuple[Any, ...]:
        # errors cross processes (workers, runs): an exception is otherwise rebuilt from its text, which is no keyword
        return _rebuilt, (type(self), self.args, self.__dict__)

    @property
    def may_pass(self) -> bool:
        """Whether the same may succeed later without anybody changing anything: a failure or a conflict may.

        What is missing, refused, forbidden or invalid stays so until a person acts.
        """
        return self.kind in (Kind.failure, Kind.conflict)

    def text(self, lang: Lang = "zh") -> str:
        """The error in words for a person."""
        return (self.zh if lang == "zh" else self.en).format(**self.data)

    def as_dict(self) -> dict[str, Any]:
        """The error as data for `--json` and the API; values that JSON does not know become text."""
        return {"code": self.code, "kind": self.kind.value, "message": self.text("zh"), "message_en": self.text("en")}


def _rebuilt(kind: type[JiugaiError], args: tuple[Any, ...], state: dict[str, Any]) -> JiugaiError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
