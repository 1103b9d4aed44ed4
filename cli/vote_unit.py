"""`jiugai vote unit` and `vote contact` (更正一户、查看联系方式): one unit of the roll at a time."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from cli.language import say
from cli.office import keeping, new_request, office
from cli.option import As, AsJson, Code, Reason, RequestId
from cli.output import emit
from services.project import lock_project
from services.vote_roll import RollUnit, change_unit, place_key, place_words, remove_unit
from services.vote_unit_list import reveal_contact
from states.vote_requirement import square_metres

CENT = 100

Building = Annotated[str, typer.Argument(metavar="BUILDING", help=say("楼栋", "building"))]
Entrance = Annotated[str, typer.Argument(metavar="ENTRANCE", help=say("单元；没有填 -", "entrance, - for none"))]
Room = Annotated[str, typer.Argument(metavar="ROOM", help=say("室号", "room"))]


def hundredths(text: str) -> int:
    """An area in m² as whole hundredths; finer than that is a usage error, never rounded. Raises BadParameter."""
    try:
        area = Decimal(text) * CENT
    except InvalidOperation:
        area = Decimal("NaN")
    if not area.is_finite() or area != area.to_integral_value() or area <= 0:
        words = say(
            f"“{text}”不是面积，应如 90.50，最多两位小数", f'"{text}" is no area such as 90.50 with at most two places'
        )
        raise typer.BadParameter(words)
    return int(area)


AreaOption = Annotated[
    int | None,
    typer.Option("--area", metavar="M2", parser=hundredths, help=say("专有面积（平方米）", "the area in m²")),
]


def set_unit(
    code: Code,
    building: Building,
    entrance: Entrance,
    room: Room,
    login: As,
    *,
    area: AreaOption = None,
    owners: Annotated[int, typer.Option("--owners", help=say("共有人数", "how many own it together"))] = 1,
    holder: Annotated[
        str | None,
        typer.Option("--holder", help=say("业主编号：同一业主有几户时填相同的", "the same for one owner's units")),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help=say("业主姓名", "the owner's name"))] = None,
    phone: Annotated[str | None, typer.Option("--phone", help=say("联系电话", "a number to call"))] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help=say("从名册删去这一户", "take the unit off the roll"))
    ] = False,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Enter or correct one unit, or take it off; a roll that was voted on is kept and copied first."""
    if not remove and area is None:
        raise typer.BadParameter(say("请写明面积 --area，或用 --remove 删去", "give --area, or --remove"))
    place = (building, "" if entrance == "-" else entrance, room)
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        project = lock_project(session, code)
        if remove:
            roll = remove_unit(session, project, place_key(*place), who)
        else:
            roll = change_unit(session, project, RollUnit(*place, area or 0, owners, holder, name, phone), who)
        version = roll.version
    size = "" if remove else f" {square_metres(area or 0)} m²"
    done = say("已删去", "taken off") if remove else say("已录入", "entered")
    data = {"roll": version, "unit": place_words(*place), "removed": remove}
    emit(data, as_json=as_json, text=f"{done} {place_words(*place)}{size}")


def contact(
    code: Code,
    household: Annotated[
        int, typer.Argument(metavar="UNIT", help=say("住户编号，见 vote list --json", "see vote list --json"))
    ],
    login: As,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Name and phone of one unit in full; who looked and why goes into the history."""
    with office() as at, at.database.write() as session:
        found = reveal_contact(
            session, lock_project(session, code), household, keeping(session, at, login, reason=reason)
        )
    data = {"unit": found.place, "name": found.name, "phone": found.phone}
    emit(data, as_json=as_json, text=f"{found.place}：{found.name or '—'} {found.phone or ''}".rstrip())
