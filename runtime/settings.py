"""Settings (设置): environment `JIUGAI_*` or `.env`, each typed and described; docs/settings.md is made from here."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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

    host: str = Field("127.0.0.1", description="网页监听的地址；网页目前没有登录，只应监听本机")
    port: int = Field(8700, ge=1, le=65535, description="网页监听的端口")
    base_url: str | None = Field(None, description="通知里链接的网址前缀；默认 http://host:port")
    prefect_port: int = Field(8701, ge=1, le=65535, description="内嵌 Prefect 服务监听的端口（仅本机）")
    prefect_api_url: str | None = Field(None, description="外部 Prefect 服务的 API 地址；给出后不再启动内嵌的服务")

    reactions: Literal["resident", "deployments"] = Field(
        "resident", description="联动方式：resident 在常驻进程里执行，deployments 交给 Prefect 部署与工作池"
    )
    poll_seconds: float = Field(0.3, gt=0, le=60, description="常驻进程查看发件箱的间隔（秒）")
    sweep_seconds: float = Field(60, gt=0, description="期限巡检的间隔（秒）")
    batch: int = Field(200, ge=1, le=5000, description="一次取出的事件数上限")

    channels: str = Field("file", description="收件箱之外的通知渠道，逗号分隔：console、file、smtp")
    smtp_host: str | None = Field(None, description="邮件服务器")
    smtp_port: int = Field(25, ge=1, le=65535, description="邮件服务器端口")
    smtp_security: Literal["none", "starttls", "tls"] = Field("starttls", description="邮件加密方式")
    smtp_sender: str = Field("jiugai@localhost", description="发件人地址")
    smtp_username: str | None = Field(None, description="邮件账号")
    smtp_password: SecretStr | None = Field(None, description="邮件密码")

    max_document_mb: int = Field(100, ge=1, description="单个材料的大小上限（MB）")
    max_import_mb: int = Field(50, ge=1, description="导入文件的大小上限（MB）")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)  # raises for a name nobody knows
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
    def channel_names(self) -> tuple[str, ...]:
        """The channels beside the inbox, in order."""
        return tuple(name.strip() for name in self.channels.split(",") if name.strip())

    @property
    def prefect_url(self) -> str:
        """The Prefect API in force."""
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"
