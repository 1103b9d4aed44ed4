"""`jiugai vote` and `jiugai posting`: a lift's case typed from the roll to the posting, with real files."""

from __future__ import annotations

from pathlib import Path

import pytest

import policy
from policy.loader import load_pack
from runtime.database import Database
from tests.cli.conftest import Jiugai, settle
from tests.database import fresh_url
from tests.world import World, found_city

CODE = "LIFT-1"
ROOMS = [f"{floor}0{door}" for floor in (1, 2, 3, 4, 5, 6) for door in (1, 2)]


@pytest.fixture
def lift(empty: Jiugai, tmp_path: Path) -> Jiugai:
    """`jiugai` in 阳光市 under the lift rules, the plan on file."""
    (tmp_path / "home").mkdir()
    packs = Path(policy.__file__).parent / "packs"
    world = World(Database(fresh_url(tmp_path)), tmp_path / "home", load_pack(packs / "zibo-lift"))
    found_city(world)
    world.enrol(CODE, "幸福里小区3号楼2单元加装电梯")
    world.facts(CODE, owners="12", area="1080")
    world.document(CODE, "wish_form")
    world.facts(CODE, floors="6")
    world.advance(CODE, "finish_wish", "li.street")
    for kind in ("lift_plan", "cost_agreement"):
        world.document(CODE, kind)
    settle(world, tmp_path / "home")
    return empty


def roll(folder: Path, *extra: str) -> Path:
    path = folder / "roll.csv"
    rows = [f"3号楼,2单元,{room},90.00,张建国,13800138000" for room in ROOMS]
    path.write_text("\n".join(["楼栋,单元,室号,专有面积,业主姓名,电话", *rows, *extra]), encoding="utf-8")
    return path


def opened(jiugai: Jiugai, folder: Path) -> int:
    assert jiugai("vote", "roll", roll(folder), CODE, "--as", "li.street").code == 0
    place = ("--building", "3", "--entrance", "2")
    return int(jiugai("vote", "open", CODE, "lift_decision", *place, "--as", "li.street", "--json").json["poll"])


class TestRoll:
    def test_a_dry_run_writes_nothing(self, lift: Jiugai, tmp_path: Path) -> None:
        done = lift("vote", "roll", roll(tmp_path), CODE, "--as", "li.street", "--dry-run", "--json")
        assert (done.code, done.json) == (0, {"dry_run": True, "units": 12, "area": "1,080.00", "errors": []})
        assert "没有写入任何内容" in done.err
        assert "还没有名册" in lift("vote", "list", CODE).out

    def test_one_wrong_line_and_nothing_is_written(self, lift: Jiugai, tmp_path: Path) -> None:
        done = lift("vote", "roll", roll(tmp_path, "3号楼,2单元,101,90,,"), CODE, "--as", "li.street")
        assert done.code == 1
        assert "第 2 行重复" in done.out
        assert "还没有名册" in lift("vote", "list", CODE).out

    def test_lists_are_masked(self, lift: Jiugai, tmp_path: Path) -> None:
        lift("vote", "roll", roll(tmp_path), CODE, "--as", "li.street")
        shown = lift("vote", "list", CODE).out
        assert "张**" in shown
        assert "138****8000" in shown
        assert "张建国" not in shown

    def test_one_unit_is_entered_corrected_and_taken_off(self, lift: Jiugai, tmp_path: Path) -> None:
        lift("vote", "roll", roll(tmp_path), CODE, "--as", "li.street")
        unit = ("vote", "unit", CODE, "3", "2", "701", "--as", "li.street")
        assert lift(*unit).code == 2
        assert lift(*unit, "--area", "90.505").code == 2
        assert lift(*unit, "--area", "60.50", "--name", "王五").code == 0
        assert "60.5" in lift("vote", "list", CODE).out
        assert lift(*unit, "--remove").code == 2
        assert lift(*unit, "--remove", "--reason", "违建，不计入").code == 0
        assert len(lift("vote", "list", CODE, "--json").json) == 12

    def test_a_contact_in_full_takes_a_reason(self, lift: Jiugai, tmp_path: Path) -> None:
        lift("vote", "roll", roll(tmp_path), CODE, "--as", "li.street")
        unit = lift("vote", "list", CODE, "--json").json[0]["household"]
        assert lift("vote", "contact", CODE, unit, "--as", "li.street").code == 2
        shown = lift("vote", "contact", CODE, unit, "--as", "li.street", "--reason", "核对本人").out
        assert "张建国 13800138000" in shown


class TestVote:
    def test_from_door_to_door_to_the_result(self, lift: Jiugai, tmp_path: Path) -> None:
        poll = opened(lift, tmp_path)
        ballots = tmp_path / "ballots.csv"
        ballots.write_text(
            "楼栋,单元,室号,意见\n3,2,101,同意\n3,2,102,同意\n3,2,201,反对\n3,2,999,同意\n", encoding="utf-8"
        )
        done = lift("vote", "import", ballots, poll, "--by", "小李", "--as", "li.street", "--json")
        assert (done.code, done.json["recorded"]) == (1, 3)
        assert [(one["line"], one["code"]) for one in done.json["errors"]] == [(5, "unit_not_on_roll")]
        said = ("3", "2", "201", "agree", "--by", "小李", "--as", "li.street")
        assert lift("vote", "cast", poll, *said).code == 5
        assert lift("vote", "cast", poll, *said, "--correct", "--reason", "本人更正").code == 0
        assert "还差 5 户、450.00 m²" in lift("vote", "status", CODE).out
        for room in ROOMS[3:8]:
            assert lift("vote", "cast", poll, "3", "2", room, "agree", "--by", "小李", "--as", "li.street").code == 0
        closed = lift("vote", "close", poll, "--as", "li.street", "--json").json
        assert (closed["passed"], closed["carries"], closed["missing"]) == (True, True, "")
        assert closed["counts"][0]["participation"] == "2/3"
        assert lift("vote", "cast", poll, "3", "2", "602", "agree", "--by", "小李", "--as", "li.street").code == 3

    def test_areas_that_do_not_add_up_and_a_place_left_out_are_told(self, lift: Jiugai, tmp_path: Path) -> None:
        lift("project", "set", CODE, "area=1080.50", "--as", "li.street")
        lift("vote", "roll", roll(tmp_path), CODE, "--as", "li.street")
        refused = lift("vote", "open", CODE, "lift_decision", "--building", "3", "--entrance", "2", "--as", "li.street")
        assert refused.code == 3
        assert "相差 0.50 m²" in refused.err
        assert lift("vote", "open", CODE, "lift_decision", "--as", "li.street").code == 2

    def test_a_round_is_given_up_only_with_a_reason(self, lift: Jiugai, tmp_path: Path) -> None:
        poll = opened(lift, tmp_path)
        assert lift("vote", "withdraw", poll, "--as", "li.street").code == 2
        assert lift("vote", "withdraw", poll, "--as", "li.street", "--reason", "发错了").code == 0
        assert "已作废" in lift("vote", "status", CODE).out


FLAGS = ("structure_touched", "fire_lane_touched", "gas_moved", "pipes_moved", "green_touched", "heritage")


class TestPosting:
    def test_before_its_step_nothing_is_posted_and_nothing_objected_to(self, lift: Jiugai) -> None:
        wrong_step = lift("posting", "open", CODE, "plan_posting", "--at", "单元门口", "--as", "li.street")
        assert wrong_step.code == 3
        assert "现处“议定方案与费用分摊”" in wrong_step.err
        assert "还没有公示" in lift("posting", "list", CODE).out
        assert lift("posting", "object", CODE, "plan_posting", "采光", "--as", "li.street").code == 4
        assert lift("posting", "answer", "7", "无此事", "--dismissed", "--as", "wang.district").code == 4

    def test_posted_objected_to_answered_and_sent_back(self, lift: Jiugai, tmp_path: Path) -> None:
        voted(lift, tmp_path)
        lift("project", "set", CODE, "investment=560000", *(f"{flag}=否" for flag in FLAGS), "--as", "li.street")
        assert lift("project", "advance", CODE, "post_plan", "--as", "li.street").code == 0
        posted = lift("posting", "open", CODE, "plan_posting", "--at", "单元门口", "--as", "li.street", "--json")
        assert (posted.code, posted.json["round"], posted.json["is_over"]) == (0, 1, False)
        first = raised(lift, "施工噪声")
        second = raised(lift, "遮挡采光", "--by", "周桂兰")
        assert lift("posting", "answer", first, "限时施工", "--dismissed", "--as", "wang.district").code == 0
        sent = lift("posting", "answer", second, "井道外移", "--upheld", "--as", "wang.district", "--json").json
        assert sent == {"objection": second, "upheld": True, "moved": "return_plan"}
        shown = lift("posting", "list", CODE).out
        for words in ("异议成立", "单元门口", "匿名", "周**", "不成立", "限时施工"):
            assert words in shown
        assert "周桂兰" not in shown
        history = lift("project", "history", CODE).out
        for words in ("张贴公示", "公示异议不成立，已答复", "公示异议成立", "结束业主表决"):
            assert words in history


def voted(jiugai: Jiugai, folder: Path) -> None:
    poll = opened(jiugai, folder)
    ballots = folder / "ballots.csv"
    ballots.write_text("\n".join(["楼栋,单元,室号,意见", *(f"3,2,{room},同意" for room in ROOMS)]), encoding="utf-8")
    assert jiugai("vote", "import", ballots, poll, "--by", "小李", "--as", "li.street").code == 0
    assert jiugai("vote", "close", poll, "--as", "li.street").code == 0


def raised(jiugai: Jiugai, title: str, *by: str) -> int:
    return int(
        jiugai("posting", "object", CODE, "plan_posting", title, *by, "--as", "li.street", "--json").json["objection"]
    )
