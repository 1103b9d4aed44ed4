"""Names people read (名称): Chinese first, English as the second language."""

from __future__ import annotations

from dataclasses import dataclass

from states.exceptions import Lang


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages."""

    zh: str
    en: str = ""

    def text(self, lang: Lang = "zh") -> str:
        """The name in `lang`; Chinese where no English was given."""
        return self.zh if lang == "zh" or not self.en else self.en

    def __str__(self) -> str:
        return self.zh
