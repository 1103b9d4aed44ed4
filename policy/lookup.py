"""What a person typed, found in a pack (按名称查找): a code, or a name that only one entry has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from policy.pack import Pack, PackEntryUnknown
from policy.reference import REGISTERS
from policy.schema_entry import Labelled
from states.exceptions import JiugaiError, Kind

NEAREST = 3
"""So many entries are offered for a name that none has."""
_CUTOFF = 0.5


class PackEntryAmbiguous(JiugaiError):
    """Several entries of the register have that name."""

    code = "pack_entry_ambiguous"
    kind = Kind.invalid
    zh = "“{culprit}”在政策包 {pack} 里可指几项{register}：{choices}。请改写标识。"
    en = 'In the pack {pack} "{culprit}" may be several {register_en} entries: {choices_en}. Give the code.'


def entry_code(pack: Pack, register: str, typed: str) -> str:
    """The code of the entry somebody typed: its code, its name in either language, its name up to a bracket.

    `register` is one of policy.reference.REGISTERS whose entries have codes. Raises PackEntryUnknown with the nearest
    entries, PackEntryAmbiguous with all that have the name.
    """
    key, words = REGISTERS[register]
    entries: tuple[Labelled, ...] = getattr(pack.document, key)
    wanted = _plain(typed)
    for names in (_code, _full, _short):
        found = [entry for entry in entries if wanted in names(entry)]
        if len(found) == 1:
            return found[0].code
        if found:
            raise PackEntryAmbiguous(
                pack=pack.id,
                culprit=typed,
                register=words.zh,
                register_en=words.en,
                choices=_listed(found),
                choices_en=_listed_en(found),
            )
    raise _unknown(pack, register, typed, _nearest(entries, wanted))


def _unknown(pack: Pack, register: str, typed: str, near: list[Labelled]) -> PackEntryUnknown:
    words = REGISTERS[register][1]
    return PackEntryUnknown(
        pack=pack.id,
        culprit=typed,
        register=words.zh,
        register_en=words.en,
        guess=f"，相近的有：{_listed(near)}" if near else "",
        guess_en=f"; the nearest: {_listed_en(near)}" if near else "",
    )


def _plain(text: str) -> str:
    """Full-width signs as ASCII, no space around, no difference of case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _code(entry: Labelled) -> set[str]:
    return {_plain(entry.code)}


def _full(entry: Labelled) -> set[str]:
    return {_plain(name) for name in (entry.label, entry.en) if name}


def _short(entry: Labelled) -> set[str]:
    return {name.partition("(")[0].strip() for name in _full(entry)}


def _nearest(entries: Iterable[Labelled], wanted: str) -> list[Labelled]:
    """Those whose name has what was typed in it, then those whose code or name looks like it."""
    named = {name: entry for entry in entries for name in (*_short(entry), *_full(entry), *_code(entry)) if name}
    inside = [name for name in named if wanted and (wanted in name or name in wanted)]
    close = get_close_matches(wanted, list(named), n=NEAREST, cutoff=_CUTOFF)
    found = {named[name].code: named[name] for name in [*inside, *close]}
    return list(found.values())[:NEAREST]


def _listed(entries: Iterable[Labelled]) -> str:
    return "、".join(f"{entry.code}（{entry.label}）" for entry in entries)


def _listed_en(entries: Iterable[Labelled]) -> str:
    return ", ".join(f"{entry.code} ({entry.name.text('en')})" for entry in entries)
