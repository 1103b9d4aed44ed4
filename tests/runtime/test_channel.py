"""Channels from the settings: each opens when its own are given, and says which are missing when not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.channel import BUILDERS, ChannelUnknown, open_channel, open_channels
from runtime.settings import CHANNELS, Settings

GIVEN = {
    "smtp": {"smtp_host": "mail.example.gov.cn"},
    "wecom_bot": {"wecom_bot_key": "693a91f6-7aoc"},
    "wecom_app": {"wecom_corp_id": "ww7e42", "wecom_agent_id": 1000002, "wecom_secret": "we0YB4242-s3cret"},
    "dingtalk": {"dingtalk_token": "566cc69da782ec", "dingtalk_secret": "SEC240d7bb4"},
    "feishu": {"feishu_token": "5e3d587e-d78e", "feishu_secret": "nIMtb7r3N9pk"},
    "aliyun_sms": {
        "aliyun_sms_key_id": "LTAItestid",
        "aliyun_sms_key_secret": "testAccessKeySecret",
        "aliyun_sms_sign_name": "铜川旧改",
        "aliyun_sms_template": "SMS_154950909",
    },
    "tencent_sms": {
        "tencent_sms_secret_id": "AKIDtest",
        "tencent_sms_secret_key": "testSecretKey",
        "tencent_sms_app_id": "1400006666",
        "tencent_sms_sign_name": "铜川旧改",
        "tencent_sms_template": "1110",
    },
    "apprise": {"apprise_url": "json://msg.example.gov.cn/?-key=apprise-key-0917"},
    "gateway": {"gateway_url": "https://msg.example.gov.cn/send?appkey=gw-token-0917"},
}
SECRETS = (
    "693a91f6",
    "s3cret",
    "566cc69d",
    "SEC240d7",
    "5e3d587e",
    "nIMtb7",
    "AccessKeySecret",
    "testSecretKey",
    "gw-token",
    "apprise-key",
)


def settings(tmp_path: Path, **given: object) -> Settings:
    return Settings(_env_file=None, home=tmp_path, **given)


class TestOpenChannel:
    def test_every_channel_of_the_settings_has_a_builder(self) -> None:
        assert set(BUILDERS) == set(CHANNELS) == {*GIVEN, "console", "file"}

    @pytest.mark.parametrize("name", CHANNELS)
    def test_opens_under_its_name_and_shows_no_secret(self, name: str, tmp_path: Path) -> None:
        given = settings(tmp_path, **GIVEN.get(name, {}))
        channel = open_channel(given, name)
        assert channel.name == name
        for secret in SECRETS:
            assert secret not in repr(channel)
            assert secret not in repr(given)

    @pytest.mark.parametrize("name", GIVEN)
    def test_names_every_setting_that_is_missing(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(ChannelUnknown) as caught:
            open_channel(settings(tmp_path), name)
        needed = [key for key in GIVEN[name] if key not in ("dingtalk_secret", "feishu_secret")]
        assert all(f"JIUGAI_{key.upper()}" in caught.value.text() for key in needed)
        assert "wecom_bot" in caught.value.text("en")

    def test_a_template_that_cannot_be_read_is_named_before_any_letter(self, tmp_path: Path) -> None:
        with pytest.raises(ChannelUnknown, match="模板写错了"):
            open_channel(settings(tmp_path, **GIVEN["gateway"], gateway_body="{{ mobile"), "gateway")

    def test_an_unknown_name_is_refused_with_those_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(ChannelUnknown, match="tencent_sms"):
            open_channels(settings(tmp_path, channels="file, fax"))

    def test_a_bot_has_one_rate_however_often_it_is_opened(self, tmp_path: Path) -> None:
        given = settings(tmp_path, **GIVEN["dingtalk"])
        one, again = open_channel(given, "dingtalk"), open_channel(given, "dingtalk")
        other = open_channel(settings(tmp_path, dingtalk_token="another-group"), "dingtalk")
        assert one.limit is again.limit
        assert one.limit is not other.limit

    def test_an_application_has_one_token_however_often_it_is_opened(self, tmp_path: Path) -> None:
        given = settings(tmp_path, **GIVEN["wecom_app"])
        assert open_channel(given, "wecom_app").state is open_channel(given, "wecom_app").state

    def test_tables_and_lists_come_from_the_environment_as_json(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JIUGAI_GATEWAY_HEADERS", '{"X-Key": "hidden-in-a-header"}')
        monkeypatch.setenv("JIUGAI_TENCENT_SMS_VARIABLES", '["{{ name }}", "{{ headline }}"]')
        given = settings(tmp_path)
        assert given.gateway_headers["X-Key"].get_secret_value() == "hidden-in-a-header"
        assert "hidden-in-a-header" not in repr(given)
        assert given.tencent_sms_variables == ["{{ name }}", "{{ headline }}"]

    def test_the_http_client_is_loaded_only_with_a_channel_that_needs_it(self) -> None:
        code = "import sys, runtime.office; assert 'httpx' not in sys.modules"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
