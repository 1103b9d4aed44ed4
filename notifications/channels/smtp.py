"""Mail (电子邮件): SMTP through the standard library, one connection per letter."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from notifications.channel import DeliveryFailed, Receipt, Receiver, delivery_key
from notifications.render import Rendered
from notifications.text import one_line


@dataclass(frozen=True)
class SmtpConfig:
    """How the mail server is reached."""

    host: Annotated[str, Field(description="邮件服务器地址 (mail server)")]
    sender: Annotated[str, Field(description="发件邮箱，如 jiugai@example.gov.cn (address letters come from)")]
    port: Annotated[int, Field(description="端口：25、587（starttls）或 465（tls） (port)", ge=1, le=65535)] = 25
    security: Annotated[
        Literal["none", "starttls", "tls"],
        Field(description="加密方式：none 不加密，仅限内网；starttls；tls (encryption; none only inside an intranet)"),
    ] = "starttls"
    ca_file: Annotated[
        Path | None, Field(description="内网自建证书机构的根证书文件 (root certificate of an own authority)")
    ] = None
    username: Annotated[str, Field(description="登录名，留空则不登录 (login; empty: none)")] = ""
    password: Annotated[SecretStr, Field(description="登录密码或授权码 (password)")] = field(
        default_factory=lambda: SecretStr("")
    )
    sender_name: Annotated[str, Field(description="发件人显示名 (display name of the sender)")] = "旧改平台"
    timeout_seconds: Annotated[int, Field(description="连接和每次应答的超时秒数 (timeout, seconds)", gt=0)] = 15


@dataclass(frozen=True)
class SmtpChannel:
    """Sends each letter as text and HTML in one mail."""

    config: SmtpConfig
    name: str = "smtp"

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Hand the mail to the server; the receipt's detail is its Message-ID.

        Raises DeliveryFailed: retryable for 4xx answers and a server that is down, slow or hangs up; not for 5xx
        answers, an unusable address, a bad certificate or something the server does not support.
        """
        try:
            mail = self._mail(rendered, receiver, message_id, now)
            with self._session() as server:
                server.send_message(mail)
        except (OSError, ValueError, MessageError) as error:
            raise self._failure(error) from error
        return Receipt(code="250", detail=str(mail["Message-ID"]))

    def _mail(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> EmailMessage:
        sender = self._address(self.config.sender_name, self.config.sender)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = sender
        mail["To"] = self._address(receiver.name, receiver.email or "")
        mail["Subject"] = one_line(rendered.subject)
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{delivery_key(message_id)}@{sender.domain}>"
        mail["X-Jiugai-Kind"] = one_line(rendered.kind)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail.set_content(rendered.text)
        mail.add_alternative(rendered.html, subtype="html")
        return mail

    def _address(self, display_name: str, address: str) -> Address:
        name = one_line(display_name)
        try:
            return Address(name, addr_spec=address)
        # An IndexError is the parser's answer to some broken addresses.
        except (MessageError, ValueError, IndexError) as error:
            raise self._refused("bad_address", f"{name}的邮箱地址缺失或无法使用：{address!r}") from error

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        config = self.config
        if config.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                config.host, config.port, timeout=config.timeout_seconds, context=self._trust()
            )
        else:
            server = smtplib.SMTP(config.host, config.port, timeout=config.timeout_seconds)
        try:
            if config.security == "starttls":
                server.starttls(context=self._trust())
            if config.username:
                server.login(config.username, config.password.get_secret_value())
            yield server
            # The letter is accepted by now: a goodbye that fails must not have it sent again.
            with suppress(OSError):
                server.quit()
        finally:
            server.close()

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.config.ca_file)

    def _failure(self, error: Exception) -> DeliveryFailed:
        code, text = _answer(error)
        transient = 400 <= code < 500 if code > 0 else _is_passing(error)  # noqa: PLR2004 - RFC 5321 §4.2.1
        return self._refused(str(code) if code > 0 else type(error).__name__, text, retryable=transient)

    def _refused(self, code: str, text: str, *, retryable: bool = False) -> DeliveryFailed:
        password = self.config.password.get_secret_value()
        pair = f"\0{self.config.username}\0{password}"
        secrets = (password, *(base64.b64encode(part.encode()).decode() for part in (password, pair) if password))
        return DeliveryFailed(
            channel=self.name, provider_code=code, provider_text=text, retryable=retryable, secrets=secrets
        )


def _answer(error: Exception) -> tuple[int, str]:
    """The server's own code and text; 0 or less when it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
        return code, reply.decode(errors="replace")
    if isinstance(error, smtplib.SMTPResponseException):
        reply_text = error.smtp_error
        return error.smtp_code, reply_text if isinstance(reply_text, str) else reply_text.decode(errors="replace")
    return 0, str(error)


def _is_passing(error: Exception) -> bool:
    """Whether a failure without a code may pass by itself: the network may; a wrong setting or address may not."""
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPResponseException)
    lasting = ssl.SSLCertVerificationError | FileNotFoundError | PermissionError  # the certificate, and its file
    return isinstance(error, OSError) and not isinstance(error, lasting)
