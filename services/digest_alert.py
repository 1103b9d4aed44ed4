"""Alerts in a digest (提要里的预警): what somebody acknowledged or put off is not open; what warns them besides is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from notifications.digest import DigestMatter
from services.alert_list import AlertLine, live_alerts
from services.reading import Reading
from states.alert import AlertStatus

ANSWERED = (AlertStatus.acknowledged, AlertStatus.snoozed)


@dataclass(frozen=True, slots=True)
class Alerts:
    """The live alerts of several people by login, of each clock the newest."""

    of: Mapping[str, Sequence[AlertLine]]

    def answered(self, login: str) -> frozenset[int]:
        """The clocks whose newest alert the person has acknowledged or put off: not open, until the next rung fires."""
        return frozenset(one.clock for one in self.of.get(login, ()) if one.status in ANSWERED)

    def besides(self, login: str, listed: Collection[int]) -> list[AlertLine]:
        """Open alerts about clocks that do not stand in the person's digest anyway: somebody else has to do those.

        Those merged into another notice (另有) are among them: nobody was told of them one by one.
        """
        return [one for one in self.of.get(login, ()) if one.status is AlertStatus.open and one.clock not in listed]


def alerts_of(session: Session, reading: Reading, people: Mapping[str, int]) -> Alerts:
    """The alerts of people, given their ids by login."""
    found = live_alerts(session, reading, sorted(people.values()))
    return Alerts({login: found.get(person_id, ()) for login, person_id in people.items()})


def alert_matter(reading: Reading, alert: AlertLine) -> DigestMatter:
    """An alert as a matter: what it is about, its rung, what is left."""
    note = reading.say(f"{alert.rung}，{alert.left}", f"{alert.rung}, {alert.left}")
    return DigestMatter(
        project_code=alert.project, project_name=alert.project_name, what=alert.matter, due_on=alert.due_on, note=note
    )
