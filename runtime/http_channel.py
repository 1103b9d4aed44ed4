"""Channels over HTTP (聊天、短信、网关渠道): each provider's adapter with its settings."""

from __future__ import annotations

from functools import cache

from pydantic import SecretStr

from notifications.channel import Channel
from notifications.channels import dingtalk, feishu, wecom_bot
from notifications.channels.aliyun_sms import AliyunSmsChannel, AliyunSmsConfig
from notifications.channels.apprise import AppriseChannel
from notifications.channels.dingtalk import DingtalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.gateway import GatewayChannel, GatewayConfig
from notifications.channels.tencent_sms import TencentSmsChannel, TencentSmsConfig
from notifications.channels.wecom_app import RATE as MEMBER_RATE
from notifications.channels.wecom_app import WecomAppChannel, WecomAppState
from notifications.channels.wecom_bot import WecomBotChannel
from notifications.provider import Provider
from notifications.rate import Rate, RateLimit, Window
from notifications.template import ChannelTemplateInvalid
from runtime.channel import Builder, ChannelUnknown, given
from runtime.channel_rate import SharedRate
from runtime.database import Database
from runtime.settings import Settings
from services.channel_rate import bot_of


def _wecom_bot(settings: Settings, database: Database | None) -> Channel:
    (key,) = given(settings, "wecom_bot", "wecom_bot_key")
    limit = _limit(database, "wecom_bot", key, wecom_bot.RATE)
    return WecomBotChannel(_provider(settings, "wecom_bot"), settings.wecom_url, key, limit)


def _wecom_app(settings: Settings, database: Database | None) -> Channel:
    names = ("wecom_corp_id", "wecom_agent_id", "wecom_secret")
    corp_id, agent_id, secret = given(settings, "wecom_app", *names)
    state = _wecom_app_state(settings.wecom_url, corp_id, agent_id, secret)
    if database is not None:
        state.new_limit = lambda mobile: _shared(database, "wecom_app", f"{corp_id}/{agent_id}/{mobile}", MEMBER_RATE)
    return WecomAppChannel(_provider(settings, "wecom_app"), settings.wecom_url, corp_id, agent_id, secret, state)


def _dingtalk(settings: Settings, database: Database | None) -> Channel:
    (token,) = given(settings, "dingtalk", "dingtalk_token")
    limit = _limit(database, "dingtalk", token, dingtalk.RATE)
    provider = _provider(settings, "dingtalk")
    return DingtalkChannel(provider, settings.dingtalk_url, token, settings.dingtalk_secret, limit)


def _feishu(settings: Settings, database: Database | None) -> Channel:
    (token,) = given(settings, "feishu", "feishu_token")
    limit = _limit(database, "feishu", token, feishu.RATE)
    return FeishuChannel(_provider(settings, "feishu"), settings.feishu_url, token, settings.feishu_secret, limit)


def _aliyun_sms(settings: Settings, _: Database | None) -> Channel:
    names = ("aliyun_sms_key_id", "aliyun_sms_key_secret", "aliyun_sms_sign_name", "aliyun_sms_template")
    key_id, key_secret, sign_name, template = given(settings, "aliyun_sms", *names)
    config = AliyunSmsConfig(
        key_id,
        key_secret,
        sign_name,
        template,
        base_url=settings.aliyun_sms_url,
        variables=settings.aliyun_sms_variables,
        variable_limit=settings.aliyun_sms_variable_limit,
    )
    return _checked(AliyunSmsChannel(_provider(settings, "aliyun_sms"), config))


def _tencent_sms(settings: Settings, _: Database | None) -> Channel:
    parts = ("secret_id", "secret_key", "app_id", "sign_name", "template")
    names = tuple(f"tencent_sms_{part}" for part in parts)
    secret_id, secret_key, app_id, sign_name, template = given(settings, "tencent_sms", *names)
    config = TencentSmsConfig(
        secret_id,
        secret_key,
        app_id,
        sign_name,
        template,
        base_url=settings.tencent_sms_url,
        region=settings.tencent_sms_region,
        variables=settings.tencent_sms_variables,
        variable_limit=settings.tencent_sms_variable_limit,
    )
    return _checked(TencentSmsChannel(_provider(settings, "tencent_sms"), config))


def _gateway(settings: Settings, _: Database | None) -> Channel:
    (url,) = given(settings, "gateway", "gateway_url")
    config = GatewayConfig(
        url,
        settings.gateway_body,
        headers=settings.gateway_headers,
        success_path=settings.gateway_success_path,
        success_code=settings.gateway_success_code,
        message_path=settings.gateway_message_path,
        retry_codes=settings.gateway_retry_codes,
        retry_seconds=settings.gateway_retry_seconds,
    )
    return _checked(GatewayChannel(_provider(settings, "gateway"), config))


def _apprise(settings: Settings, _: Database | None) -> Channel:
    (url,) = given(settings, "apprise", "apprise_url")
    channel = AppriseChannel(url)
    if not channel.check():
        raise ChannelUnknown(channel="apprise", problem="没有安装 apprise，或它不认识 JIUGAI_APPRISE_URL 的写法")
    return channel


HTTP_BUILDERS: dict[str, Builder] = {
    "wecom_bot": _wecom_bot,
    "wecom_app": _wecom_app,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "aliyun_sms": _aliyun_sms,
    "tencent_sms": _tencent_sms,
    "gateway": _gateway,
    "apprise": _apprise,
}


def _provider(settings: Settings, channel: str) -> Provider:
    timeout, ca_file = settings.channel_timeout_seconds, settings.channel_ca_file
    return Provider(channel, timeout_seconds=timeout, ca_file=ca_file)


def _checked(channel: AliyunSmsChannel | TencentSmsChannel | GatewayChannel) -> Channel:
    try:
        channel.check()
    except ChannelTemplateInvalid as error:
        raise ChannelUnknown(channel=channel.name, problem=error.text("zh").rstrip("。")) from error
    return channel


def _limit(database: Database | None, channel: str, bot: SecretStr, windows: tuple[Window, ...]) -> Rate:
    """A bot's rate: the one every process shares, or, without a database, the one of this process."""
    if database is None:
        return _own_limit(channel, bot, windows)
    return _shared(database, channel, bot.get_secret_value(), windows)


def _shared(database: Database, channel: str, secret: str, windows: tuple[Window, ...]) -> Rate:
    return SharedRate(database, bot_of(channel, secret), windows)


# A bot has one limit, and an application one token, however often its channel is opened in this process.
@cache
def _own_limit(channel: str, bot: SecretStr, windows: tuple[Window, ...]) -> RateLimit:
    return RateLimit(windows)


@cache
def _wecom_app_state(*application: str | int | SecretStr) -> WecomAppState:
    return WecomAppState()
