"""Where a row of a list belongs (归属): its district and street in the organisation tree, found or made by name."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from services.identity import Actor, keeper_capacities
from services.keeping import KeepingForbidden
from services.organisation import Entering, ensure_organisation
from services.project_column import fold
from services.project_row import ProjectRow
from states.exceptions import JiugaiError, Kind
from states.role import Level

CODE_LENGTH = 80


class PlaceUnlisted(JiugaiError):
    """The list names a district or street the organisation tree does not have."""

    code = "place_unlisted"
    kind = Kind.missing
    zh = (
        "机构表里没有“{above}”下属的{level}“{place}”。请核对名称，或先用 jiugai user organisation add 添加；"
        "确认无误也可在导入时加 --create-organisations。"
    )
    en = (
        'There is no {level_en} "{place}" under "{above}". Check the name, enter it with `jiugai user organisation '
        "add`, or import with --create-organisations."
    )


class CityMissing(JiugaiError):
    """The organisation tree has no city yet, or more than one and none was named."""

    code = "city_missing"
    kind = Kind.missing
    zh = "机构表里还没有唯一的市级机构。请先执行 jiugai user organisation add 编码 名称 --level city。"
    en = "There is not exactly one city. Run `jiugai user organisation add CODE NAME --level city` first."


def find_city(session: Session) -> Organisation:
    """The city above everything. Raises CityMissing."""
    query = select(Organisation).where(Organisation.level == Level.city, Organisation.parent_id.is_(None))
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise CityMissing
    return found[0]


class Places:
    """The districts and streets under one city, each looked up once.

    A row of another city (its 城市 column) belongs to a district that carries the city's name before its own.
    """

    def __init__(self, session: Session, root: Organisation, actor: Actor, entering: Entering, *, create: bool) -> None:
        self._session, self._root, self._actor = session, root, actor
        self._entering, self._create = entering, create
        query = select(Organisation).where(Organisation.path.startswith(root.path, autoescape=True))
        self._known = {(row.parent_id, row.level, fold(row.name)): row for row in session.scalars(query)}

    def find(self, row: ProjectRow) -> Organisation:
        """The street of the row, else its district. Raises PlaceUnlisted, KeepingForbidden."""
        district = self.district(row)
        found = self._found(row.street, Level.street, district) if row.street else district
        if not self._holds(found):
            raise KeepingForbidden(actor=self._actor.name or self._actor.login, project=row.name)
        return found

    def district(self, row: ProjectRow) -> Organisation:
        """The district of the row. Raises PlaceUnlisted."""
        return self._found(self._district_name(row), Level.district, self._root)

    def _district_name(self, row: ProjectRow) -> str:
        city, own = (fold(name).removesuffix("市") for name in (row.city or "", self._root.name))
        return row.district if city in ("", own) else f"{row.city}{row.district}"

    def _found(self, name: str, level: Level, above: Organisation) -> Organisation:
        key = (above.id, level, fold(name))
        if key not in self._known:
            if not self._create or not self._holds(above):
                words = {"level": level.label.zh, "level_en": level.label.text("en")}
                raise PlaceUnlisted(place=name, above=above.name, **words)
            code = f"{above.code}-{name}"[:CODE_LENGTH]
            owner = keeper_capacities(self._actor, above)[0].on_behalf_of
            entering = replace(self._entering, on_behalf_of=owner)
            self._known[key] = ensure_organisation(self._session, code, name, level, entering=entering, parent=above)
        return self._known[key]

    def _holds(self, place: Organisation) -> bool:
        return bool(keeper_capacities(self._actor, place))
