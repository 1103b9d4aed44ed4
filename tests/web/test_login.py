"""Signing in: by a link, by password, as a demonstration account; locked out, signed out, nothing typed lost."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from models.account import WebSession
from models.audit import AuditEntry
from runtime.database import Database, upgrade
from runtime.office import Office
from runtime.settings import Settings
from services.account import invite, invite_first, put_password
from services.identity import find_actor, find_person
from services.organisation import Entering, ensure_organisation, ensure_person, grant_role
from states.role import Level, Role
from tests.web.conftest import ORIGIN, form_of, hidden, sign_in
from tests.world import World
from web.app import create_app
from web.visitor import COOKIE

PASSWORD = "huayuan-lu-12-hao"


@pytest.fixture
def with_password(world: World) -> World:
    """The district's coordinator has a password."""
    with world.write() as session:
        entering = Entering("test", "test", world.now)
        put_password(session, find_person(session, "wang.district"), PASSWORD, entering)
    return world


def entries(world: World, action: str) -> list[AuditEntry]:
    """The entries of an action, oldest first."""
    with world.read() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def try_in(browser: TestClient, password: str, login: str = "wang.district", **more: str) -> int:
    """The status of an attempt."""
    data = {"login": login, "password": password, **more}
    return browser.post("/login", data=data, follow_redirects=False).status_code


class TestStranger:
    @pytest.mark.parametrize("address", ["/", "/projects", "/projects/SN-2026-001", "/todo", "/tasks/1", "/account"])
    def test_sees_nothing_but_the_way_in(self, busy: World, stranger: TestClient, address: str) -> None:
        answer = stranger.get(address)
        assert answer.url.path == "/login"
        assert "幸福里小区" not in answer.text

    def test_who_asks_for_json_is_told_so(self, stranger: TestClient) -> None:
        answer = stranger.get("/projects", headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")

    def test_comes_to_the_page_they_asked_for(self, with_password: World, stranger: TestClient) -> None:
        page = stranger.get("/projects?light=red").text
        data = {**hidden(page, "/login"), "login": "wang.district", "password": PASSWORD}
        answer = stranger.post("/login", data=data)
        assert (answer.url.path, answer.url.query) == ("/projects", b"light=red")

    @pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "x"])
    def test_is_never_sent_to_another_site(self, with_password: World, stranger: TestClient, elsewhere: str) -> None:
        data = {"login": "wang.district", "password": PASSWORD, "next": elsewhere}
        answer = stranger.post("/login", data=data)
        assert (answer.url.host, answer.url.path) == ("testserver", "/todo")


class TestPassword:
    def test_the_right_one_opens_the_to_do_list_and_is_in_the_history(
        self, with_password: World, stranger: TestClient
    ) -> None:
        answer = stranger.post("/login", data={"login": "Wang.District", "password": PASSWORD})
        assert "<h1>我的待办</h1>" in answer.text
        (entry,) = entries(with_password, "signed_in")
        assert (entry.subject_id, entry.after["way"]) == ("wang.district", "password")

    def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
        self, with_password: World, stranger: TestClient
    ) -> None:
        data = {"login": "wang.district", "password": PASSWORD}
        cookie = stranger.post("/login", data=data, follow_redirects=False).headers["set-cookie"]
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}

    def test_the_record_keeps_neither_password_nor_token(self, with_password: World, stranger: TestClient) -> None:
        stranger.post("/login", data={"login": "wang.district", "password": PASSWORD})
        content = (with_password.folder / "jiugai.db").read_bytes()
        wal = with_password.folder / "jiugai.db-wal"
        content += wal.read_bytes() if wal.exists() else b""
        assert PASSWORD.encode() not in content
        assert str(stranger.cookies[COOKIE]).encode() not in content

    def test_a_thousand_wrong_ones_are_stopped_after_five(self, with_password: World, stranger: TestClient) -> None:
        statuses = [try_in(stranger, f"wrong-{number}") for number in range(1000)]
        assert statuses[:5] == [400] * 5
        assert set(statuses[5:]) == {403}
        assert len(entries(with_password, "login_failed")) == 5
        assert try_in(stranger, PASSWORD) == 403

    def test_the_lock_ends_and_grows(self, with_password: World, stranger: TestClient) -> None:
        for number in range(5):
            try_in(stranger, f"wrong-{number}")
        with_password.tick(seconds=61)
        assert try_in(stranger, "wrong-again") == 400
        with_password.tick(seconds=61)
        assert try_in(stranger, PASSWORD) == 403
        with_password.tick(seconds=61)
        assert try_in(stranger, PASSWORD) == 303

    def test_many_logins_from_one_address_lock_the_address(self, with_password: World, stranger: TestClient) -> None:
        statuses = [try_in(stranger, "wrong", login=f"guess{number}") for number in range(31)]
        assert statuses == [400] * 30 + [403]

    def test_an_unknown_login_is_answered_like_a_wrong_password(
        self, with_password: World, stranger: TestClient
    ) -> None:
        known = stranger.post("/login", data={"login": "wang.district", "password": "x"}).text
        unknown = stranger.post("/login", data={"login": "nobody", "password": "x"}).text
        assert known.replace("wang.district", "") == unknown.replace("nobody", "")

    def test_another_sites_form_is_refused(self, with_password: World, stranger: TestClient) -> None:
        data = {"login": "wang.district", "password": PASSWORD}
        for origin in ("https://evil.example", "null", ""):
            answer = stranger.post("/login", data=data, headers={"origin": origin})
            assert answer.status_code == 403
        assert not entries(with_password, "signed_in")


class TestSession:
    def test_ends_when_it_is_not_used_and_in_any_case_after_twelve_hours(
        self, world: World, stranger: TestClient
    ) -> None:
        sign_in(world, stranger, "wang.district")
        for _ in range(13):
            world.tick(minutes=55)
            assert stranger.get("/todo").url.path == "/todo"
        world.tick(minutes=6)
        assert stranger.get("/todo").url.path == "/login"
        sign_in(world, stranger, "wang.district")
        world.tick(minutes=61)
        assert stranger.get("/todo").url.path == "/login"

    def test_signing_out_ends_it_on_the_server(self, world: World, client: TestClient) -> None:
        token = client.cookies[COOKIE]
        client.post("/logout", data=form_of(client, "/projects", "/logout"))
        client.cookies.set(COOKIE, token)
        assert client.get("/projects").url.path == "/login"
        assert entries(world, "signed_out")

    def test_who_is_deactivated_is_out_at_once(self, world: World, client: TestClient) -> None:
        with world.write() as session:
            find_person(session, "zhou.audit").active = False
        assert client.get("/projects").url.path == "/login"

    def test_the_owner_sees_all_of_theirs_and_ends_another(self, world: World, client: TestClient) -> None:
        other = client.cookies[COOKIE]
        client.cookies.clear()
        sign_in(world, client, "zhou.audit")
        with world.read() as session:
            first = session.scalars(select(WebSession.id).order_by(WebSession.id)).first()
        action = f"/account/sessions/{first}/end"
        assert "该登录已退出" in client.post(action, data=form_of(client, "/account", action)).text
        client.cookies.clear()
        client.cookies.set(COOKIE, other)
        assert client.get("/account").url.path == "/login"

    def test_nobody_ends_somebody_elses(self, world: World, client: TestClient) -> None:
        with world.read() as session:
            theirs = session.scalars(select(WebSession.id)).one()
        sign_in(world, client, "wang.district")
        fields = form_of(client, "/account", "/logout")
        assert client.post(f"/account/sessions/{theirs}/end", data=fields).status_code == 404


class TestChangePassword:
    def test_asks_for_the_old_one_and_ends_every_session(self, with_password: World, stranger: TestClient) -> None:
        stranger.post("/login", data={"login": "wang.district", "password": PASSWORD})
        former = stranger.cookies[COOKIE]
        new = {"password": "nanshan-qu-2026-xin", "again": "nanshan-qu-2026-xin"}
        fields = form_of(stranger, "/account", "/account/password")
        wrong = stranger.post("/account/password", data={**fields, "old_password": "x", **new})
        assert (wrong.status_code, "当前密码不对" in wrong.text) == (400, True)
        right = stranger.post("/account/password", data={**fields, "old_password": PASSWORD, **new})
        assert "密码已修改" in right.text
        stranger.cookies.clear()
        stranger.cookies.set(COOKIE, former)
        assert stranger.get("/account").url.path == "/login"
        assert try_in(stranger, new["password"]) == 303


class TestInvite:
    def link(self, world: World, login: str = "qian.fire") -> str:
        with world.write() as session:
            made = invite(session, login, lasts=timedelta(hours=72), entering=Entering("test", "test", world.now))
        return f"/invite/{made.token}"

    def test_sets_a_password_once(self, world: World, stranger: TestClient) -> None:
        link = self.link(world)
        assert "钱消防" in stranger.get(link).text
        data = {"password": PASSWORD, "again": PASSWORD}
        assert stranger.post(link, data=data).url.path == "/todo"
        assert stranger.get(link).status_code == 404
        assert stranger.post(link, data=data).status_code == 404

    @pytest.mark.parametrize(
        ("password", "again"),
        [
            ("short", "short"),
            (PASSWORD, "huayuan-lu-13-hao"),
            ("qian.fire-2026", "qian.fire-2026"),
            ("aaaaaaaaaaaa",) * 2,
        ],
    )
    def test_a_bad_password_is_explained_and_the_link_stays(
        self, world: World, stranger: TestClient, password: str, again: str
    ) -> None:
        link = self.link(world)
        answer = stranger.post(link, data={"password": password, "again": again})
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
        assert stranger.get(link).status_code == 200

    def test_expires_and_is_replaced_by_a_newer_one(self, world: World, stranger: TestClient) -> None:
        first, second = self.link(world), self.link(world)
        assert stranger.get(first).status_code == 404
        assert stranger.get(second).status_code == 200
        world.tick(hours=72)
        assert stranger.get(second).status_code == 404


class TestFirstAdministrator:
    def test_has_no_link_once_somebody_is_there(self, world: World, stranger: TestClient) -> None:
        with world.write() as session:
            made = invite_first(session, lasts=timedelta(hours=1), entering=Entering("test", "test", world.now))
        assert stranger.get(f"/invite/{made.token}").status_code == 404

    def test_enters_the_city_and_themselves_and_is_let_in(self, tmp_path: Path) -> None:
        settings = Settings(home=tmp_path, _env_file=None)
        upgrade(settings.url)
        database = Database(settings.url)
        now = Office.now()
        with database.write() as session:
            made = invite_first(session, lasts=timedelta(hours=1), entering=Entering("test", "test", now))
        data = {"city": "阳光市", "name": "吴系统", "login": "wu.system", "password": PASSWORD, "again": PASSWORD}
        with TestClient(create_app(settings), headers={"origin": ORIGIN}) as browser:
            wrong = browser.post(f"/invite/{made.token}", data={**data, "login": "吴 系统"})
            assert (wrong.status_code, 'value="阳光市"' in wrong.text) == (400, True)
            assert browser.post(f"/invite/{made.token}", data=data).url.path == "/todo"
            assert browser.get(f"/invite/{made.token}").status_code == 404
        with database.read() as session:
            grants = find_actor(session, "wu.system").grants
        database.close()
        assert [(one.role, one.level) for one in grants] == [(Role.system_admin, Level.city)]


class TestExpiredForm:
    def test_what_was_typed_is_shown_again_after_signing_in(self, with_password: World, stranger: TestClient) -> None:
        with_password.enrol()
        sign_in(with_password, stranger, "wang.district")
        action = "/projects/SN-2026-001/advance"
        fields = suspend_form(stranger)
        with_password.tick(hours=2)
        expired = stranger.post(action, data={**fields, "reason": "汛期停工，等雨停"})
        assert (expired.status_code, "没有丢" in expired.text) == (401, True)
        data = {**hidden(expired.text, "/login"), "login": "wang.district", "password": PASSWORD}
        again = stranger.post("/login", data=data)
        assert "汛期停工，等雨停" in again.text
        done = stranger.post(action, data={**hidden(again.text, action), "reason": "汛期停工，等雨停"})
        assert "项目已暂停" in done.text

    def test_a_form_of_another_session_is_confirmed_not_taken(self, world: World, client: TestClient) -> None:
        world.enrol()
        sign_in(world, client, "wang.district")
        fields = suspend_form(client)
        sign_in(world, client, "zhao.city")
        answer = client.post("/projects/SN-2026-001/advance", data={**fields, "reason": "停工"})
        assert (answer.status_code, "没有提交" in answer.text, "停工" in answer.text) == (409, True, True)
        assert world.project().step == "survey"

    def test_a_form_without_its_word_does_nothing(self, world: World, client: TestClient) -> None:
        world.enrol()
        sign_in(world, client, "wang.district")
        answer = client.post("/projects/SN-2026-001/advance", data={"trigger": "suspend", "reason": "停工"})
        assert answer.status_code == 409
        assert world.project().step == "survey"


def suspend_form(browser: TestClient) -> dict[str, str]:
    """The fields of the form that suspends the first project."""
    page = browser.get("/projects/SN-2026-001").text
    for form in re.findall(r'<form class="act".*?</form>', page, re.S):
        if 'name="trigger" value="suspend"' in form:
            return hidden(form, "/projects/SN-2026-001/advance")
    raise AssertionError("no form to suspend")


class TestDemo:
    def test_lets_in_whom_the_demonstration_entered_and_nobody_else(self, world: World, stranger: TestClient) -> None:
        demo = Entering("system:demo", "demo", world.now)
        with world.write() as session:
            city = ensure_organisation(session, "demo", "演示市", Level.city, entering=demo)
            for login, name, entering in (
                ("demo.li", "李演示", demo),
                ("demo.sun", "孙演示", demo),
                ("sun.real", "孙真实", Entering("test", "cli", world.now)),
            ):
                person = ensure_person(session, login, name, city, entering=entering)
                grant_role(session, person, Role.coordinator, city, entering=entering)
            put_password(session, find_person(session, "demo.sun"), PASSWORD, demo)
        page = stranger.get("/login").text
        assert "李演示" in page
        assert "孙演示" not in page, "who has a password uses it"
        for login in ("sun.real", "demo.sun", "wang.district", "nobody"):
            assert stranger.post("/login/demo", data={"login": login}).status_code == 403
        assert "演示账号，数据均为演示" in stranger.post("/login/demo", data={"login": "demo.li"}).text

    def test_a_real_city_has_none(self, world: World, stranger: TestClient) -> None:
        assert "演示账号" not in stranger.get("/login").text
        answer = stranger.post("/login/demo", data={"login": "wang.district"}, follow_redirects=False)
        assert answer.status_code == 403
