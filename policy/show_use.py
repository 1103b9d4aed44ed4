"""What of a pack names what (引用关系): for every entry the moves, reviews, tables and limits that point to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from policy.expression import compile_condition
from policy.fault import Path
from policy.pack import Pack
from policy.reference import REGISTERS, references, statements
from states.label import Label

_SUPERVISION = Label("督查", "supervision")
_KINDS = dict(REGISTERS.values())


class Use(NamedTuple):
    """One entry that names another: what kind it is, its name, the source it rests on there."""

    kind: Label
    name: Label
    source: str | None


def uses_of(pack: Pack) -> dict[tuple[str, str], list[Use]]:
    """By (register, code) everything that names the entry, in the order of the schema; conditions count too."""
    found: dict[tuple[str, str], list[Use]] = {}
    for register, code, path in _named(pack):
        use = _use(pack, path)
        if use is not None:
            found.setdefault((register, code), []).append(use)
    return found


def _named(pack: Pack) -> Iterator[tuple[str, str, Path]]:
    for reference in references(pack.document):
        yield reference.register, reference.name, reference.path
    for statement in statements(pack.document):
        for code in compile_condition(statement.text, pack.facts).uses:
            yield "fact", code, statement.path


def _use(pack: Pack, path: Path) -> Use | None:
    """The entry of a register around `path`, with the innermost source on the way."""
    key = str(path[0])
    if key == "supervision":
        return Use(_SUPERVISION, Label(""), _source(pack.document, path))
    if key not in _KINDS:  # `start` has no name of its own
        return None
    entry: Any = getattr(pack.document, key)[path[1]]
    return Use(_KINDS[key], entry.name, _source(entry, path[2:]))


def _source(entry: Any, path: Path) -> str | None:  # noqa: ANN401 - whatever lies on the way
    found: str | None = getattr(entry, "source", None)
    for step in path:
        entry = entry[step] if isinstance(step, int) else getattr(entry, _field(entry, step), None)
        found = getattr(entry, "source", None) or found
    return found


def _field(entry: Any, key: str) -> str:  # noqa: ANN401 - an entry of any kind
    fields = type(entry).model_fields
    return next((name for name, field in fields.items() if (field.alias or name) == key), key)
