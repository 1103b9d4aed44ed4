"""The form of a pack checked (格式检查): what pydantic finds, turned into faults an office can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from policy.fault import Fault, Path, PositionMap, make_fault
from policy.schema import PackDocument
from states.role import Level, Role

_TYPES = {
    "missing": "key_missing",
    "extra_forbidden": "key_unknown",
    "enum": "value_unknown",
    "literal_error": "value_unknown",
    "string_pattern_mismatch": "code_form",
    "string_type": "text_expected",
    "string_too_short": "text_empty",
    "string_too_long": "text_too_long",
    "int_type": "number_expected",
    "int_parsing": "number_expected",
    "int_from_float": "number_expected",
    "greater_than_equal": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "bool_type": "flag_expected",
    "bool_parsing": "flag_expected",
    "date_type": "day_expected",
    "date_parsing": "day_expected",
    "date_from_datetime_parsing": "day_expected",
    "date_from_datetime_inexact": "day_expected",
    "tuple_type": "list_expected",
    "too_short": "list_too_short",
    "dict_type": "mapping_expected",
    "model_type": "mapping_expected",
    "share_form": "share_form",
    "seat_form": "seat_form",
    "month_day_form": "month_day_form",
    "choices_type": "choices_type",
    "requirement_kind": "requirement_kind",
    "condition_words": "condition_words",
    "says_without_condition": "says_without_condition",
    "starts_kind": "starts_kind",
    "span_form": "span_form",
    "greater_than": "number_out_of_range",
    "member_kind": "member_kind",
    "duty_empty": "duty_empty",
    "anomaly_parameters": "anomaly_parameters",
    "anomaly_hours": "anomaly_hours",
    "window_reversed": "window_reversed",
    "consent_form": "consent_form",
    "rule_days": "rule_days",
}
_LIMITS = ("expected", "pattern", "min_length", "max_length", "ge", "le", "gt")
_SIGNS = {"ge": "≥ ", "le": "≤ ", "gt": "> "}
_NAMING = ("code", "trigger", "department", "seat", "name")
_SEATS = ["system", *(f"{role}@{level}" for role in Role if role is not Role.system for level in Level)]


def form_faults(error: ValidationError, raw: Mapping[str, Any], positions: PositionMap) -> list[Fault]:
    """Every fault of form in `raw`, in the order of the schema."""
    found = [dict(one) for one in error.errors(include_url=False)]
    return [_fault(one, raw, positions) for one in found if not _follows(one, found)]


def _follows(one: dict[str, Any], found: list[dict[str, Any]]) -> bool:
    """A list is too short only because its items are wrong: pydantic counts the right ones."""
    at = one["loc"]
    return one["type"] == "too_short" and any(e["loc"][: len(at)] == at and e is not one for e in found)


def _fault(one: dict[str, Any], raw: Mapping[str, Any], positions: PositionMap) -> Fault:
    # a faulty key of a mapping is told as (…, key, "[key]")
    path: Path = tuple(part for part in one["loc"] if part != "[key]")
    code = _TYPES.get(one["type"], "value_invalid")
    context = one.get("ctx", {})
    culprit, candidates = _culprit(code, path, one["input"], context, raw)
    guess, guess_en = guessed(culprit, candidates)
    data = {
        "where": _where(path, raw),
        "field": next((str(part) for part in reversed(path) if isinstance(part, str)), ""),
        "expected": _expected(context),
        "problem": one["msg"],
        "guess": guess,
        "guess_en": guess_en,
        "kinds": context.get("kinds"),
        "given": context.get("given"),
    }
    return make_fault(code, positions.place(path), culprit, **data)


def _culprit(
    code: str, path: Path, value: object, context: Mapping[str, Any], raw: Mapping[str, Any]
) -> tuple[str, Iterable[str]]:
    match code:
        case "key_missing":
            return str(path[-1]), ()
        case "key_unknown":
            return str(path[-1]), _keys(path[:-1])
        case "value_unknown":
            return str(value), re.findall(r"'([^']*)'", str(context.get("expected", "")))
        case "seat_form":
            return str(value), _SEATS
    if isinstance(value, (str, int)) and value != "":
        return str(value), ()
    return _nearest(path, raw), ()


def _nearest(path: Path, raw: Mapping[str, Any]) -> str:
    """The name of the nearest entry around `path`, else the key."""
    around = (_named(_part(path[:length], raw)) for length in range(len(path), 0, -1))
    return next((name for name in around if name), str(path[0]) if path else "")


def _expected(context: Mapping[str, Any]) -> str:
    return next((f"{_SIGNS.get(key, '')}{context[key]}" for key in _LIMITS if key in context), "")


def guessed(name: str, candidates: Iterable[str]) -> tuple[str, str]:
    """“，是不是 …？” in both languages when one of `candidates` is close to `name`, else nothing."""
    close = get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return (f"，是不是“{close[0]}”？", f' - did you mean "{close[0]}"?') if close else ("", "")


def _keys(path: Path) -> list[str]:
    """The keys the schema knows at `path`."""
    model: type[BaseModel] | None = PackDocument
    for part in path:
        if isinstance(part, str) and model is not None:
            fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = next(_models(fields.get(part)), None)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _part(path: Path, raw: Any) -> Any:  # noqa: ANN401 - whatever was written there
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _where(path: Path, raw: Mapping[str, Any]) -> str:
    """The entry around `path` by its name, such as `moves 第 3 项 submit_plan：`."""
    if len(path) < 2 or not isinstance(path[1], int):  # noqa: PLR2004 - register and index
        return f"{path[0]}：" if len(path) > 1 else ""
    name = _named(_part(path[:2], raw))
    return f"{path[0]} 第 {path[1] + 1} 项{' ' if name else ''}{name}："


def _named(part: object) -> str:
    if not isinstance(part, Mapping):
        return ""
    return next((str(part[key]) for key in _NAMING if isinstance(part.get(key), str)), "")
