"""Numbers of orders on both databases: no gaps and no doubles, however many are issued at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from models.organisation import Organisation
from models.supervision import SupervisionOrder
from runtime.database import Database, upgrade
from services.keeping import Keeping
from services.order_issue import ByHand, issue_by_hand
from services.order_number import next_number, written
from services.project import find_project
from states.order import OrderColour
from tests.supervised import by, supervise, supervised_pack
from tests.world import World, found_city, small_pack

THREADS, EACH = 4, 5


@pytest.fixture
def town(url: str, tmp_path: Path) -> Iterator[World]:
    """The city under supervision with a project for each thread, on each kind of database."""
    upgrade(url)
    world = World(Database(url), tmp_path, small_pack(tmp_path / "small"))
    found_city(world)
    supervise(world, supervised_pack(tmp_path / "yangguang"))
    for thread in range(THREADS):
        world.enrol(f"SN-2026-{thread:03}", f"幸福里{thread}区")
    yield world
    world.database.close()


def numbers(world: World) -> list[int]:
    with world.read() as session:
        return list(session.scalars(select(SupervisionOrder.number).order_by(SupervisionOrder.number)))


class TestNextNumber:
    def test_orders_issued_at_once_are_numbered_one_after_the_other(self, town: World) -> None:
        start, keeping = Barrier(THREADS), by(town, "zhou.audit", "专项督查")

        def issue(thread: int) -> None:
            database = Database(town.database.url)
            start.wait()
            for turn in range(EACH):
                with database.write() as session:
                    mine = Keeping(keeping.actor, keeping.now, "test", f"{thread}:{turn}", keeping.reason)
                    project = find_project(session, f"SN-2026-{thread:03}").id
                    issue_by_hand(session, town.city, ByHand(project, OrderColour.blue, matter=f"第{turn}项"), mine)
            database.close()

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(issue, range(THREADS)))
        assert numbers(town) == list(range(1, THREADS * EACH + 1))

    def test_what_is_rolled_back_leaves_no_gap(self, town: World) -> None:
        wish, keeping = ByHand(1, OrderColour.blue, matter="专项"), by(town, "zhou.audit", "专项督查")
        with pytest.raises(RuntimeError, match="断电"), town.write() as session:
            issue_by_hand(session, town.city, wish, keeping)
            raise RuntimeError("断电")
        with town.write() as session:
            issue_by_hand(session, town.city, wish, by(town, "zhou.audit", "专项督查"))
        assert numbers(town) == [1]

    def test_each_year_and_each_issuer_begins_at_one(self, town: World) -> None:
        with town.write() as session:
            issue_by_hand(
                session, town.city, ByHand(1, OrderColour.blue, matter="专项"), by(town, "zhou.audit", "督查")
            )
        with town.write() as session:
            city, district = session.scalars(select(Organisation.id).order_by(Organisation.id).limit(2)).all()
            assert next_number(session, SupervisionOrder, city, 2026) == 2
            assert next_number(session, SupervisionOrder, city, 2027) == 1
            assert next_number(session, SupervisionOrder, district, 2026) == 1

    def test_is_written_with_the_name_of_the_place(self) -> None:
        assert written("阳光市", "督", 2026, 12) == "阳光督〔2026〕12号"
        assert written("市督查室", "督", 2026, 1) == "市督查室督〔2026〕1号"
