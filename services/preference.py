"""Preferences (通知偏好): which kinds reach a person how, through which channels, when, and in which language.

The inbox has every message at once, whatever anybody prefers; a preference only says what leaves through channels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.preference import NoticeChoice, NoticeProfile
from notifications.message import MESSAGES
from services.chunk import chunks
from services.city import City
from services.quiet import QuietHours
from states.exceptions import Lang
from states.label import Label

EVERY_KIND = "*"


class Way(StrEnum):
    """How a kind of message reaches a person beside the inbox."""

    channels = "channels"
    digest = "digest"
    inbox = "inbox"

    @property
    def label(self) -> Label:
        """The way in words."""
        return _WAYS[self]


_WAYS = {
    Way.channels: Label("经渠道即时发送", "sent at once"),
    Way.digest: Label("只列入每日提要", "in the digest only"),
    Way.inbox: Label("只进收件箱", "in the inbox only"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """How one kind reaches a person; no `channels` stands for every channel of the city."""

    way: Way = Way.channels
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preference:
    """How one person is told: what is None follows the city. `digest` is whether the digest leaves the inbox."""

    lang: Lang | None = None
    quiet: QuietHours | None = None
    digest: bool = True
    choices: Mapping[str, Choice] = field(default_factory=dict)

    def choice(self, kind: str) -> Choice:
        """What holds for a kind: its own choice, else that for every kind; a mandatory kind is always sent."""
        if kind == "daily_digest":
            return Choice() if self.digest else Choice(Way.inbox)
        chosen = self.choices.get(kind) or self.choices.get(EVERY_KIND) or Choice()
        return Choice() if is_mandatory(kind) and chosen.way is not Way.channels else chosen

    def channels(self, kind: str, in_force: Collection[str]) -> tuple[str, ...]:
        """The channels a kind leaves through, of those in force.

        Where none of the chosen ones is in force any more a mandatory kind takes all of them.
        """
        chosen = self.choice(kind)
        if chosen.way is not Way.channels:
            return ()
        wanted = tuple(name for name in in_force if not chosen.channels or name in chosen.channels)
        return wanted or (tuple(in_force) if is_mandatory(kind) else ())

    def quiet_hours(self, city: City) -> QuietHours:
        """The hours in which the person is left alone."""
        return self.quiet if self.quiet is not None else city.quiet


def is_mandatory(kind: str) -> bool:
    """Whether nobody may switch a kind off."""
    return kind in MESSAGES and MESSAGES[kind].mandatory


USUAL = Preference()
"""Who has chosen nothing."""


def preferences(session: Session, people: Collection[int]) -> dict[int, Preference]:
    """The preferences of people by their ids; who has none is left out, and is told as `USUAL` says."""
    found: dict[int, Preference] = {}
    for some in chunks(sorted(people)):
        of_profiles = select(NoticeProfile).where(NoticeProfile.person_id.in_(some))
        of_choices = select(NoticeChoice).where(NoticeChoice.person_id.in_(some))
        profiles = {row.person_id: row for row in session.scalars(of_profiles)}
        choices: dict[int, dict[str, Choice]] = {}
        for row in session.scalars(of_choices):
            choices.setdefault(row.person_id, {})[row.kind] = Choice(Way(row.way), tuple(row.channels))
        for person_id in profiles.keys() | choices.keys():
            found[person_id] = _preference(profiles.get(person_id), choices.get(person_id, {}))
    return found


def preference_of(session: Session, person_id: int) -> Preference:
    """The preferences of one person."""
    return preferences(session, [person_id]).get(person_id, USUAL)


def _preference(profile: NoticeProfile | None, choices: dict[str, Choice]) -> Preference:
    if profile is None:
        return Preference(choices=choices)
    quiet = None
    if profile.quiet_from is not None and profile.quiet_until is not None:
        quiet = QuietHours(profile.quiet_from, profile.quiet_until, bool(profile.quiet_rest_days))
    lang: Lang | None = "en" if profile.lang == "en" else "zh" if profile.lang == "zh" else None
    return Preference(lang, quiet, profile.digest, choices)
