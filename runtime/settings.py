"""Settings (设置): environment `JIUGAI_*` or `.env`, each typed and described; docs/settings.md is made from here."""

from __future__ import annotations

from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHANNELS = (
    "console",
    "file",
    "smtp",
    "wecom_bot",
    "wecom_app",
    "dingtalk",
    "feishu",
    "aliyun_sms",
    "tencent_sms",
    "gateway",
    "apprise",
)
DATABASES = ("sqlite:///", "postgresql+psycopg://")
_GATEWAY_BODY = (
    '{"to": "{{ mobile }}", "name": "{{ name }}", "title": "{{ subject }}", "text": "{{ chat }}", '
    '"url": "{{ url }}", "id": "{{ message_id }}"}'
)
_TEMPLATE = "值为 Jinja2 模板，可用 subject、headline（不带【】的标题）、chat、text、url、name、mobile、email 等"


class Settings(BaseSettings):
    """Every setting of jiugai. The defaults run one city on one machine."""

    model_config = SettingsConfigDict(env_prefix="JIUGAI_", env_file=".env", env_file_encoding="utf-8", extra="ignore")

    home: Path = Field(Path("var"), description="所有数据所在的文件夹：数据库、材料、日志、Prefect 数据")
    database_url: str | None = Field(
        None, description="数据库地址；默认为数据文件夹里的 SQLite，也可用 postgresql+psycopg://…"
    )
    lang: Literal["zh", "en"] = Field("zh", description="命令行与错误提示的语言：zh 中文，en 英文")
    timezone: str = Field("Asia/Shanghai", description="本市的时区，一切日期按此时区计")
    pack: str = Field("default", description="新项目适用的政策包名称")
    packs: Path | None = Field(None, description="本市自有政策包所在文件夹；内置的三个政策包始终可用")
    calendars: Path | None = Field(None, description="历年放假安排文件所在文件夹；默认为数据文件夹下的 calendar")

    host: str = Field(
        "127.0.0.1", description="网页监听的地址；对外提供时应放在 HTTPS 反向代理之后，并设置 JIUGAI_BASE_URL"
    )
    port: int = Field(8700, ge=1, le=65535, description="网页监听的端口")
    base_url: str | None = Field(None, description="通知里链接的网址前缀；默认 http://host:port")
    session_idle_minutes: int = Field(60, ge=5, le=1440, description="登录后多少分钟不操作即退出（分钟，暂定）")
    session_hours: int = Field(12, ge=1, le=168, description="一次登录最长有效的小时数，到时须重新登录（暂定）")
    invite_hours: int = Field(72, ge=1, le=720, description="设置密码的一次性链接有效的小时数（暂定）")
    prefect_port: int = Field(8701, ge=1, le=65535, description="内嵌 Prefect 服务监听的端口（仅本机）")
    prefect_api_url: str | None = Field(None, description="外部 Prefect 服务的 API 地址；给出后不再启动内嵌的服务")

    reactions: Literal["resident", "deployments"] = Field(
        "resident", description="联动方式：resident 在常驻进程里执行，deployments 交给 Prefect 部署与工作池"
    )
    poll_seconds: float = Field(0.3, gt=0, le=60, description="常驻进程查看发件箱的间隔（秒）")
    sweep_seconds: float = Field(60, gt=0, description="期限巡检的间隔（秒）")
    batch: int = Field(200, ge=1, le=5000, description="一次取出的事件数上限")

    channels: str = Field("file", description=f"收件箱之外的通知渠道，逗号分隔：{'、'.join(CHANNELS)}")
    quiet_from: time = Field(
        time(22), description="免打扰时段的开始（本市时间）；此间通知只进收件箱，红色督办与故障除外；与结束相同即不设"
    )
    quiet_until: time = Field(time(7), description="免打扰时段的结束（本市时间），届时补发")
    quiet_rest_days: bool = Field(False, description="休息日全天免打扰，通知推迟到下一工作日（补班日照常发送）")
    digest_at: time = Field(time(8, 30), description="每个工作日发送提要的时刻（本市时间）；错过的当天补发")
    digest_days: int = Field(5, ge=0, le=60, description="提要预告多少个工作日内将转黄灯、红灯的期限")
    delivery_retry_hours: int = Field(
        24, ge=1, le=240, description="渠道暂时不可用时，一条通知最多重试多少小时；之后列入失败记录"
    )
    channel_concurrency: int = Field(4, ge=1, le=100, description="每个渠道同时发送的条数上限，所有进程和机器合计")

    smtp_host: str | None = Field(None, description="邮件服务器")
    smtp_port: int = Field(25, ge=1, le=65535, description="邮件服务器端口")
    smtp_security: Literal["none", "starttls", "tls"] = Field("starttls", description="邮件加密方式")
    smtp_sender: str = Field("jiugai@localhost", description="发件人地址")
    smtp_username: str | None = Field(None, description="邮件账号")
    smtp_password: SecretStr | None = Field(None, description="邮件密码")

    channel_timeout_seconds: int = Field(10, ge=1, le=120, description="各 HTTP 通知渠道一次应答的总时限（秒）")
    channel_ca_file: Path | None = Field(
        None, description="各 HTTP 通知渠道另外信任的根证书文件（政务内网自建证书机构）"
    )

    wecom_url: str = Field(
        "https://qyapi.weixin.qq.com", description="企业微信接口的基础地址；政务微信用本地部署的地址"
    )
    wecom_bot_key: SecretStr | None = Field(None, description="企业微信群机器人 webhook 地址里 key= 后的部分")
    wecom_corp_id: str | None = Field(None, description="企业微信的企业 ID")
    wecom_agent_id: int | None = Field(None, description="企业微信应用的 AgentId")
    wecom_secret: SecretStr | None = Field(
        None, description="企业微信应用的 Secret；应用须可按手机号查询成员，收件人由手机号找到"
    )
    dingtalk_url: str = Field("https://oapi.dingtalk.com", description="钉钉接口的基础地址；政务钉钉用其自己的地址")
    dingtalk_token: SecretStr | None = Field(None, description="钉钉群机器人 webhook 地址里 access_token= 后的部分")
    dingtalk_secret: SecretStr | None = Field(None, description="钉钉群机器人加签的密钥（SEC 开头）；不加签则留空")
    feishu_url: str = Field("https://open.feishu.cn", description="飞书接口的基础地址；私有化部署用其自己的地址")
    feishu_token: SecretStr | None = Field(None, description="飞书群机器人 webhook 地址里 /hook/ 后的部分")
    feishu_secret: SecretStr | None = Field(None, description="飞书群机器人签名校验的密钥；不校验则留空")

    aliyun_sms_url: str = Field("https://dysmsapi.aliyuncs.com", description="阿里云短信接口的基础地址；政务云另有地址")
    aliyun_sms_key_id: str | None = Field(None, description="阿里云 AccessKey ID")
    aliyun_sms_key_secret: SecretStr | None = Field(None, description="阿里云 AccessKey Secret")
    aliyun_sms_sign_name: str | None = Field(None, description="阿里云短信：已审核的签名")
    aliyun_sms_template: str | None = Field(None, description="阿里云短信：已审核的模板编号（SMS_…）")
    aliyun_sms_variables: dict[str, str] = Field(
        {"subject": "{{ headline }}"}, description=f"阿里云短信：模板变量，JSON 对象，变量名 → 值；{_TEMPLATE}"
    )
    aliyun_sms_variable_limit: int = Field(35, ge=1, description="阿里云短信：单个变量的字数上限，超出部分截去")
    tencent_sms_url: str = Field(
        "https://sms.tencentcloudapi.com", description="腾讯云短信接口的基础地址；政务云另有地址"
    )
    tencent_sms_region: str = Field("ap-guangzhou", description="腾讯云短信：地域")
    tencent_sms_secret_id: str | None = Field(None, description="腾讯云 SecretId")
    tencent_sms_secret_key: SecretStr | None = Field(None, description="腾讯云 SecretKey")
    tencent_sms_app_id: str | None = Field(None, description="腾讯云短信：SdkAppId")
    tencent_sms_sign_name: str | None = Field(None, description="腾讯云短信：已审核的签名")
    tencent_sms_template: str | None = Field(None, description="腾讯云短信：已审核的模板编号")
    tencent_sms_variables: list[str] = Field(
        ["{{ headline }}"], description=f"腾讯云短信：模板变量，JSON 数组，按模板中的次序；{_TEMPLATE}"
    )
    tencent_sms_variable_limit: int = Field(12, ge=1, description="腾讯云短信：单个变量的字数上限，超出部分截去")

    gateway_url: SecretStr | None = Field(None, description="通用 HTTP 网关的完整地址（以 POST 调用；按机密保存）")
    gateway_headers: dict[str, SecretStr] = Field(
        {}, description="通用 HTTP 网关：请求头，JSON 对象；默认 Content-Type 为 application/json"
    )
    gateway_body: str = Field(
        _GATEWAY_BODY,
        description=f"通用 HTTP 网关：请求体；{_TEMPLATE}，另有 html、message_id、now；值按 Content-Type 转义",
    )
    gateway_success_path: str = Field("code", description="通用 HTTP 网关：返回码在应答里的位置，如 data.list[0].code")
    gateway_success_code: str = Field("0", description="通用 HTTP 网关：表示成功的返回码，HTTP 200 之外还须等于它")
    gateway_message_path: str = Field("message", description="通用 HTTP 网关：说明文字在应答里的位置")
    gateway_retry_codes: list[str] = Field([], description="通用 HTTP 网关：可重试的返回码，JSON 数组")
    gateway_retry_seconds: int = Field(60, ge=1, description="通用 HTTP 网关：遇可重试的返回码后等待的秒数")

    audit_algorithm: Literal["sha256", "sm3"] = Field(
        "sha256", description="留痕哈希算法；sm3 为国密算法，需本机 OpenSSL 支持；改动只影响以后的记录"
    )
    retention_days: int = Field(
        3650, ge=365, description="程序日志保留天数，不得少于 365（互联网政务应用安全管理规定第20条）；留痕永久保留"
    )
    anchor_minutes: int = Field(60, ge=1, description="留痕定时锚定的间隔（分钟）")
    anchor_key_file: Path | None = Field(
        None, description="签署锚点的 Ed25519 私钥文件；默认为数据文件夹下的 keys/anchor.pem，首次使用时生成"
    )
    anchor_folder: Path | None = Field(
        None, description="锚点文件交存的文件夹，宜放在本机管理员改不到的存储上；默认为数据文件夹下的 anchors"
    )
    anchor_receivers: str = Field("", description="每天收到首个锚点的督查人员账号，逗号分隔")
    anchor_webhook_url: SecretStr | None = Field(
        None, description="每个锚点以 POST JSON 送到的地址，应答 2xx 即为收到（按机密保存）"
    )

    apprise_url: SecretStr | None = Field(
        None, description="Apprise 地址（按机密保存），用于没有专门适配的渠道；经它发出的一律记为未确认送达"
    )

    max_document_mb: int = Field(100, ge=1, description="单个材料的大小上限（MB）")
    max_import_mb: int = Field(50, ge=1, description="导入文件的大小上限（MB）")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"没有名为“{value}”的时区，例如 Asia/Shanghai") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(DATABASES):
            raise ValueError(f"应以 {' 或 '.join(DATABASES)} 开头")
        return value

    @cached_property
    def url(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{(self.home / 'jiugai.db').resolve()}"

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def site(self) -> str:
        """What links in messages begin with."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def local(self) -> str:
        """Where this machine reaches its own page, whatever address people are given."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - translated, not listened on
        return f"http://{everywhere.get(self.host, self.host)}:{self.port}"

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The channels beside the inbox, in order."""
        return tuple(name.strip() for name in self.channels.split(",") if name.strip())

    @property
    def prefect_url(self) -> str:
        """The Prefect API in force."""
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"
