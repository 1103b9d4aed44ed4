"""`jiugai user invite` and `sign-out`: links that are good once, and the end of somebody's logins."""

from __future__ import annotations

from tests.cli.conftest import Jiugai


class TestInvite:
    def test_prints_a_link_and_writes_down_who_made_it(self, jiugai: Jiugai) -> None:
        made = jiugai("user", "invite", "wang.district", "--json").json
        assert made["login"] == "wang.district"
        assert "/invite/" in made["link"]
        assert made["link"] not in jiugai("user", "invite", "wang.district").out, "every link is another one"
        assert jiugai("audit", "verify").code == 0

    def test_an_unknown_or_deactivated_person_gets_none(self, jiugai: Jiugai) -> None:
        assert jiugai("user", "invite", "nobody").code == 4
        assert jiugai("user", "deactivate", "wang.district").code == 0
        refused = jiugai("user", "invite", "wang.district")
        assert refused.code == 3
        assert "/invite/" not in refused.out


class TestSignOut:
    def test_says_how_many_logins_have_ended(self, jiugai: Jiugai) -> None:
        assert jiugai("user", "sign-out", "wang.district", "--json").json == {"login": "wang.district", "ended": 0}
