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
