"""`jiugai notify test`: a trial through each channel, as an administrator would do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.settings import CHANNELS
from tests.cli.conftest import Jiugai
from tests.notifications.local_provider import LocalProvider, Reply, local_provider

OK = {
    "errcode": 0,
    "code": 0,
    "Code": "OK",
    "access_token": "accesstoken-000001",
    "expires_in": 7200,
    "userid": "zhangmin",
    "Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "5000:1"}]},
}
MOBILE = "13812345678"
HTTP = [name for name in CHANNELS if name not in ("console", "file", "smtp", "apprise")]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalProvider]:
    """One provider that plays them all, and the settings that lead to it."""
    with local_provider() as running:
        secret = secret_of(running)
        for name in ("WECOM", "DINGTALK", "FEISHU", "ALIYUN_SMS", "TENCENT_SMS", "GATEWAY"):
            monkeypatch.setenv(f"JIUGAI_{name}_URL", running.url)
        for name in ("WECOM_BOT_KEY", "WECOM_SECRET", "DINGTALK_TOKEN", "FEISHU_TOKEN"):
            monkeypatch.setenv(f"JIUGAI_{name}", secret)
        for name in ("KEY_ID", "KEY_SECRET", "SIGN_NAME", "TEMPLATE"):
            monkeypatch.setenv(f"JIUGAI_ALIYUN_SMS_{name}", secret)
        for name in ("SECRET_ID", "SECRET_KEY", "APP_ID", "SIGN_NAME", "TEMPLATE"):
            monkeypatch.setenv(f"JIUGAI_TENCENT_SMS_{name}", secret)
        monkeypatch.setenv("JIUGAI_WECOM_CORP_ID", "ww7e42")
        monkeypatch.setenv("JIUGAI_WECOM_AGENT_ID", "1000002")
        monkeypatch.setattr("notifications.channels.feishu.past_half_hour", lambda *_: 0)
        yield running


def secret_of(provider: LocalProvider) -> str:
    """A key of its own for each test, for a bot keeps its rate as long as the process lives."""
    return f"s3cret-{provider.url.rpartition(':')[2]}"


class TestTrial:
    @pytest.mark.parametrize("name", HTTP)
    def test_reaches_the_provider_and_shows_its_code(self, name: str, empty: Jiugai, provider: LocalProvider) -> None:
        provider.answers(OK)
        done = empty("notify", "test", name, "--to", MOBILE, "--json")
        assert (done.code, done.err) == (0, "")
        assert done.json["channel"] == name
        assert done.json["code"].lower() in {"0", "ok"}
        assert provider.heard

    @pytest.mark.parametrize("name", HTTP)
    def test_a_refusal_ends_with_the_providers_words_and_no_secret(
        self, name: str, empty: Jiugai, provider: LocalProvider
    ) -> None:
        secret = secret_of(provider)
        words = dict.fromkeys(("errmsg", "msg", "Message"), f"no {secret}")
        refusal = {"errcode": 7, "code": 7, "Code": "7", "Response": {"Error": {"Code": "7"} | words}} | words
        provider.answers(Reply(refusal))
        done = empty("notify", "test", name, "--to", MOBILE)
        assert done.code == 1
        assert f"{name}，7" in done.err
        assert secret not in done.out + done.err

    def test_a_group_needs_no_receiver(self, empty: Jiugai, provider: LocalProvider) -> None:
        provider.answers(OK)
        assert empty("notify", "test", "dingtalk").code == 0
        card = provider.heard[0].json["actionCard"]
        assert card["title"] == "【试发】旧改平台通知渠道“dingtalk”"
        assert "各位" in card["text"]

    def test_the_console_shows_the_whole_letter(self, empty: Jiugai) -> None:
        done = empty("notify", "test", "console", "--to", "zhangmin@example.gov.cn")
        assert "收到即说明通知渠道“console”可用" in done.out

    def test_the_file_channel_writes_it(self, empty: Jiugai, tmp_path: Path) -> None:
        done = empty("notify", "test", "file", "--json")
        letter = json.loads((tmp_path / "home" / "messages" / done.json["detail"]).read_text(encoding="utf-8"))
        assert letter["kind"] == "channel_test"

    @pytest.mark.parametrize(("name", "missing"), [("dingtalk", "JIUGAI_DINGTALK_TOKEN"), ("fax", "没有这种渠道")])
    def test_what_cannot_be_used_says_what_is_missing(self, name: str, missing: str, empty: Jiugai) -> None:
        done = empty("notify", "test", name)
        assert done.code == 2
        assert missing in done.err
