"""Two packs made comparable (对比前对齐): shared codes read alike, so that a new name is one difference, not many."""

from __future__ import annotations

from collections import Counter
from typing import Any

from policy.pack import Pack
from policy.reference import REGISTERS
from policy.schema import PackDocument


def aligned(pack: Pack, other: Pack, *, rename: bool) -> Pack:
    """`pack` with names to compare by; it is for reading only.

    With `rename` an entry that the other pack has under the same code is called as it is there. An entry the other
    pack has not, whose name stands there under another code, has its code behind the name.
    """
    keys = dict.fromkeys(key for key, _ in REGISTERS.values())
    update = {key: _entries(pack.document, other.document, key, rename=rename) for key in keys}
    return Pack(pack.document.model_copy(update=update))


def _entries(document: PackDocument, other: PackDocument, key: str, *, rename: bool) -> tuple[Any, ...]:
    there = {_code(entry): entry for entry in getattr(other, key)}
    labels = {entry.label: code for code, entry in there.items()}
    times = Counter(map(_code, getattr(document, key)))
    found = []
    for entry in getattr(document, key):
        code = _code(entry)
        if code not in there and entry.label in labels:
            en = f"{entry.en} [{code}]" if entry.en else ""
            found.append(entry.model_copy(update={"label": f"{entry.label}〔{code}〕", "en": en}))
        elif rename and code in there and times[code] == 1:
            found.append(entry.model_copy(update={"label": there[code].label, "en": there[code].en}))
        else:
            found.append(entry)
    return tuple(found)


def _code(entry: Any) -> str:  # noqa: ANN401 - an entry of any register
    return str(getattr(entry, "trigger", "") or entry.code)
