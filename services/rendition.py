"""Renditions (数据形式): the typed answers of the read services as JSON-safe data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from states.exceptions import Lang
from states.label import Label
from states.refusal import Refusal
from states.role import Seat


def as_data(value: Any, lang: Lang = "zh") -> Any:  # noqa: ANN401 - whatever a service answers with
    """A dataclass as an object, a tuple as a list; an enum by its name, its label beside it as `<field>_label`.

    Seats are `role@level`, decimals text, days and instants ISO; labels are in `lang`, a refusal is in both languages.
    """
    match value:
        case Seat() | Decimal():
            return str(value)
        case Refusal():
            return value.as_dict()
        case Enum():
            return value.name
        case date():
            return value.isoformat()
    return _whole(value, lang)


def _whole(value: Any, lang: Lang) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {name: as_data(one, lang) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(one, lang) for one in value]
    return _object(value, lang) if is_dataclass(value) else value


def _object(value: Any, lang: Lang) -> dict[str, Any]:  # noqa: ANN401
    found: dict[str, Any] = {}
    for field in fields(value):
        one = getattr(value, field.name)
        found[field.name] = as_data(one, lang)
        label = getattr(one, "label", None) if isinstance(one, Enum) else None
        if isinstance(label, Label):
            found[f"{field.name}_label"] = label.text(lang)
    return found
