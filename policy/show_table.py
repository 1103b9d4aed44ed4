"""The form of a shown table (一览表): its entries with a key each, and how one of them reads in either language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from policy.pack import Pack
from policy.reference import REGISTERS
from policy.schema import PackDocument
from policy.schema_entry import Entry
from policy.show_use import Use, uses_of
from policy.show_words import span_words
from states.exceptions import Lang
from states.label import Label
from states.role import Seat

Row = dict[str, Any]
"""One line of a table: JSON-safe values by column."""
_ASSUMED = Label("（暂定，无依据）", " (assumed)")


class Part(NamedTuple):
    """One entry of a pack as a table shows it: `key` names it within the table, `inside` is the entry around it.

    `apart` are the fields of the entry that another table shows line by line.
    """

    key: str
    entry: Entry
    inside: Entry | None = None
    number: int = 0
    apart: tuple[str, ...] = ()


class Telling:
    """A pack being told in one language: names for codes, words for limits and sources."""

    def __init__(self, pack: Pack, lang: Lang) -> None:
        self.pack, self.lang = pack, lang
        self._names: dict[tuple[str, str], Label] = {
            (register, getattr(entry, "trigger", None) or entry.code): entry.name
            for register, (key, _) in REGISTERS.items()
            for entry in getattr(pack.document, key)
        }
        self._uses: dict[tuple[str, str], list[Use]] | None = None

    def say(self, zh: str, en: str) -> str:
        """The words in the language of the telling."""
        return zh if self.lang == "zh" else en

    def name(self, register: str, code: str | None) -> str:
        """The name of an entry; empty where none is named."""
        return self._names[register, code].text(self.lang) if code else ""

    def names(self, register: str, codes: Iterable[str]) -> list[str]:
        """The names of several entries."""
        return [self.name(register, code) for code in codes]

    def seat(self, seat: Seat | None) -> str:
        """A seat in words; empty for none."""
        return seat.label.text(self.lang) if seat else ""

    def limit(self, code: str | None) -> str:
        """How long a limit is; empty where none is named."""
        return span_words(self.pack, self.pack.limit(code)).text(self.lang) if code else ""

    def source(self, code: str | None) -> str:
        """The text a number comes from, and whether it is only assumed; empty where none is named."""
        if not code:
            return ""
        assumed = _ASSUMED.text(self.lang) if self.pack.source(code).assumed else ""
        return f"{self.name('source', code)}{assumed}"

    def sources(self, *codes: str | None) -> list[str]:
        """Several sources, each once."""
        return [self.source(code) for code in dict.fromkeys(code for code in codes if code)]

    def used(self, register: str, code: str) -> Row:
        """What of the pack names an entry, and the texts these rest on: the source of what has no number itself."""
        if self._uses is None:
            self._uses = uses_of(self.pack)
        found = self._uses.get((register, code), [])
        names = dict.fromkeys(map(self._user, found))
        return {"used": list(names), "source": self.sources(*(use.source for use in found))}

    def _user(self, use: Use) -> str:
        kind, name = use.kind.text(self.lang), use.name.text(self.lang)
        return self.say(f"{kind}“{name}”", f'{kind} "{name}"') if name else kind

    def joined(self, words: Iterable[str]) -> str:
        """Words behind each other as the language lists them."""
        return ("、" if self.lang == "zh" else ", ").join(words)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of `policy show`: which entries of a pack it has, and the row of one.

    `keys` are the top-level keys of the pack it shows. `ordered` when it matters which entry comes first. Beside its
    own entry a row tells of the top-level keys `beside`, and of the fields `around` of the entry its own stands in.
    """

    name: str
    title: Label
    keys: tuple[str, ...]
    parts: Callable[[PackDocument], list[Part]]
    row: Callable[[Telling, Part], Row]
    ordered: bool = False
    beside: tuple[str, ...] = ()
    around: tuple[str, ...] = ()

    def rows(self, telling: Telling) -> list[Row]:
        """Every row, in the order of the pack."""
        return [self.row(telling, part) for part in self.parts(telling.pack.document)]


def register(key: str, *, apart: tuple[str, ...] = ()) -> Callable[[PackDocument], list[Part]]:
    """The entries of a register by their codes."""

    def parts(document: PackDocument) -> list[Part]:
        entries = enumerate(getattr(document, key), 1)
        return [Part(entry.code, entry, None, number, apart) for number, entry in entries]

    return parts


def inner(key: str, field: str, name: Callable[[Any], str]) -> Callable[[PackDocument], list[Part]]:
    """The entries inside those of a register, keyed `<outer code>#<name>`."""

    def parts(document: PackDocument) -> list[Part]:
        found: list[Part] = []
        seen: dict[str, int] = {}
        for outer in getattr(document, key):
            for number, entry in enumerate(getattr(outer, field), 1):
                code = f"{outer.code}#{name(entry)}"
                seen[code] = seen.get(code, 0) + 1
                again = f"#{seen[code]}" if seen[code] > 1 else ""
                found.append(Part(f"{code}{again}", entry, outer, number))
        return found

    return parts
