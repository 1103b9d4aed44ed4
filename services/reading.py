"""Reading the record (查阅): in which city, when, in which language; what `keeping` is to those who write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.city import City
from states.exceptions import Lang
from states.label import Label


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the record. `now` is an aware instant; `lang` is what every name and sentence is given in."""

    city: City
    now: datetime
    lang: Lang = "zh"

    @property
    def today(self) -> date:
        """The day in the city's zone."""
        return self.city.day(self.now)

    def say(self, zh: str, en: str) -> str:
        """The one of two wordings that is read."""
        return Label(zh, en).text(self.lang)

    def text(self, label: Label) -> str:
        """A name in the language that is read."""
        return label.text(self.lang)
