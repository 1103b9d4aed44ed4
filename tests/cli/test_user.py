"""`jiugai user`: an empty installation gets its organisations and people from the command line."""

from __future__ import annotations

from tests.cli.conftest import Jiugai


class TestUser:
    def test_an_empty_installation_is_filled_from_the_top(self, empty: Jiugai) -> None:
        empty("db", "upgrade")
        add = ("user", "organisation", "add")
        assert empty(*add, "sunny", "阳光市", "--level", "city").code == 0
        assert empty(*add, "sunny-nan", "南山区", "--level", "district", "--parent", "sunny").code == 0
        assert (
            empty(
                *add, "nan-fire", "消防大队", "--level", "department", "--parent", "sunny-nan", "--function", "fire"
            ).code
            == 0
        )
        assert (
            empty("user", "add", "wang.district", "王专员", "--organisation", "sunny-nan", "--role", "coordinator").code
            == 0
        )
        tree = empty("user", "organisation", "list", "--json").json
        assert [(one["code"], one["depth"]) for one in tree] == [("sunny", 0), ("sunny-nan", 1), ("nan-fire", 2)]
        (person,) = empty("user", "list", "--json").json
        assert person["grants"] == [{"role": "coordinator", "role_label": "项目专员", "organisation": "sunny-nan"}]
        assert "王专员" in empty("user", "list").out
        assert "消防大队" in empty("user", "organisation", "list").out
        assert empty("audit", "verify").code == 0

    def test_only_a_city_has_nothing_above_it(self, jiugai: Jiugai) -> None:
        assert jiugai("user", "organisation", "add", "xi", "西山区", "--level", "district").code == 2
        assert (
            jiugai("user", "organisation", "add", "xi", "西山区", "--level", "district", "--parent", "nope").code == 4
        )
        assert jiugai("user", "organisation", "add", "xi", "西山区", "--level", "region", "--parent", "sunny").code == 2

    def test_the_three_admin_roles_exclude_each_other(self, jiugai: Jiugai) -> None:
        done = jiugai("user", "grant", "wu.system", "security_admin", "--organisation", "sunny")
        assert (done.code, "不同的人" in done.err) == (3, True)
        assert jiugai("user", "grant", "zhou.audit", "audit_admin", "--organisation", "sunny").code == 0

    def test_unknown_people_roles_and_places_are_named(self, jiugai: Jiugai) -> None:
        assert jiugai("user", "grant", "nobody", "reviewer", "--organisation", "sunny").code == 4
        assert jiugai("user", "grant", "wu.system", "king", "--organisation", "sunny").code == 2
        assert jiugai("user", "add", "chen", "陈", "--organisation", "nope").code == 4

    def test_a_login_that_is_taken_is_a_conflict_and_grants_nothing(self, jiugai: Jiugai) -> None:
        add = ("user", "add", "qian.fire", "钱多多", "--organisation", "sunny-nan", "--role", "coordinator")
        done = jiugai(*add, "--json")
        assert (done.code, done.json["error"]["code"]) == (5, "person_exists")
        assert "jiugai user grant" in done.err
        (qian,) = [one for one in jiugai("user", "list", "--json").json if one["login"] == "qian.fire"]
        assert [grant["role"] for grant in qian["grants"]] == ["reviewer"]
        same = ("user", "add", "qian.fire", "钱消防", "--organisation", "sunny-nan-fire")
        assert jiugai(*same, "--json").json["added"] is False
        assert "未作改动" in jiugai(*same).out

    def test_logins_and_departments_are_checked(self, jiugai: Jiugai) -> None:
        assert jiugai("user", "add", "=cmd", "陈", "--organisation", "sunny").code == 2
        add = (
            "user",
            "organisation",
            "add",
            "bei-fire",
            "北山区消防",
            "--level",
            "department",
            "--parent",
            "sunny-bei",
        )
        done = jiugai(*add, "--function", "fier")
        assert (done.code, "fire（消防救援大队）" in done.err) == (2, True)
        assert jiugai(*add, "--function", "fire").code == 0

    def test_a_role_is_taken_away_and_an_account_closed_and_opened(self, jiugai: Jiugai) -> None:
        revoke = ("user", "revoke", "qian.fire", "reviewer", "--organisation", "sunny-nan-fire")
        assert jiugai(*revoke).code == 0
        assert jiugai(*revoke).code == 4
        assert jiugai("user", "deactivate", "qian.fire", "--reason", "借调").code == 0
        assert jiugai("user", "deactivate", "qian.fire", "--json").json["changed"] is False
        assert "已停用" in jiugai("user", "list").out
        assert jiugai("user", "activate", "qian.fire").code == 0
        assert jiugai("user", "activate", "nobody").code == 4

    def test_work_is_handed_over_after_a_look(self, jiugai: Jiugai) -> None:
        wish = ("user", "hand-over", "qian.fire", "--to", "sun.planning", "--reason", "退休")
        seen = jiugai(*wish, "--dry-run", "--json").json
        assert [(item["part"], item["outcome"]) for item in seen["items"]] == [("seat", "moves")]
        assert "南山区消防救援大队审查人" in jiugai(*wish).out
        people = {one["login"]: one for one in jiugai("user", "list", "--json").json}
        assert (people["qian.fire"]["active"], people["qian.fire"]["grants"]) == (False, [])
        assert len(people["sun.planning"]["grants"]) == 2
        refused = jiugai("user", "hand-over", "wu.system", "--to", "wu.system")
        assert (refused.code, "另选接任人" in refused.err) == (3, True)


class TestStandIn:
    def test_is_named_listed_and_ended(self, jiugai: Jiugai) -> None:
        days = ("--from", "2099-03-02", "--to", "2099-03-06", "--reason", "公出")
        named = jiugai(
            "user", "stand-in", "add", "qian.fire", "sun.planning", *days, "--as", "qian.fire", "--json"
        ).json
        assert named["lent"] == ["南山区消防救援大队审查人"]
        (line,) = jiugai("user", "stand-in", "list", "--json").json
        assert (line["absent_name"], line["substitute_name"], line["status"]) == ("钱消防", "孙规划", "upcoming")
        again = jiugai("user", "stand-in", "add", "qian.fire", "zhao.city", *days)
        assert (again.code, "孙规划" in again.err) == (5, True)
        forbidden = jiugai("user", "stand-in", "add", "zhao.city", "sun.planning", *days, "--as", "li.street")
        assert forbidden.code == 6
        assert jiugai("user", "stand-in", "end", line["id"], "--reason", "行程取消").code == 0
        assert jiugai("user", "stand-in", "end", line["id"]).code == 3
        assert jiugai("user", "stand-in", "list", "--json").json == []
        assert "已提前终止" in jiugai("user", "stand-in", "list", "--all").out
        assert jiugai("audit", "verify").code == 0


class TestBecause:
    def test_a_step_says_where_it_came_from_and_who_has_it(self, enrolled: Jiugai) -> None:
        found = enrolled("user", "because", "step", "SN-2026-001", "--json").json
        assert [one["link"] for one in found["reasons"]] == ["cause", "rule", "unit", "person"]
        assert "李街道：花园街道项目专员" in enrolled("user", "because", "step", "SN-2026-001").out
        (one,) = enrolled("user", "because", "candidates", "SN-2026-001", "finish_survey", "--json").json
        assert (one["login"], one["free"]) == ("li.street", True)
        assert enrolled("user", "because", "task", "99").code == 4
        assert enrolled("user", "because", "message", "99").code == 4
