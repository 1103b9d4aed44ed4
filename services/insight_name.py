"""Names for figures (统计用名): limits as the steps and reviews they belong to, organisations, districts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pack_version import PackVersion
from policy.pack import Pack
from services.organisation_tree import OrganisationTree, load_tree
from services.pack import pack_of
from services.reading import Reading


@dataclass(frozen=True)
class Names:
    """What codes and ids are called, in one language, by all packs there are, the current ones first."""

    limits: dict[str, str]
    reviews: dict[str, str]
    tree: OrganisationTree

    def limit(self, code: str) -> str:
        """The step or review a limit is that of; its code where no pack has it any more."""
        return self.limits.get(code, code)

    def review(self, code: str) -> str:
        """The name of a review."""
        return self.reviews.get(code, code)

    def unit(self, number: int | None) -> tuple[str, str]:
        """Code and name of an organisation."""
        place = self.tree.by_id.get(number) if number is not None else None
        return (place.code, place.name) if place else ("", "")

    def district(self, name: str) -> int | None:
        """The id of the district, or the city, of that code or name."""
        return next((place.id for place in self.tree.districts() if name in (place.code, place.name)), None)


def load_names(session: Session, reading: Reading) -> Names:
    """The names of now; two statements."""
    versions = session.scalars(select(PackVersion).order_by(PackVersion.current, PackVersion.id)).all()
    limits: dict[str, str] = {}
    reviews: dict[str, str] = {}
    for version in versions:  # a later one, and last the current ones, say what it is called today
        pack = pack_of(version)
        limits |= _limits(pack, reading)
        reviews |= {entry.code: reading.text(entry.name) for entry in pack.document.reviews}
    return Names(limits, reviews, load_tree(session))


def _limits(pack: Pack, reading: Reading) -> dict[str, str]:
    found = {limit.code: reading.text(limit.name) for limit in pack.document.limits}
    of_steps: dict[str, list[str]] = {}
    for step in pack.procedure.steps:
        if step.limit:
            of_steps.setdefault(step.limit, []).append(reading.text(step.label))
    for review in pack.document.reviews:
        of_steps.setdefault(review.limit, []).append(reading.text(review.name))
    return found | {code: " / ".join(dict.fromkeys(names)) for code, names in of_steps.items()}
