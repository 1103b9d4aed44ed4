"""Mail channel, against a real SMTP server on this machine."""

import email
import email.policy
import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.smtp import SmtpChannel, SmtpConfig
from notifications.render import Rendered, render
from tests.notifications.sample import SAMPLES

HOST = "127.0.0.1"
NOW = datetime(2026, 9, 24, 1, 30, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver(name="赵刚", email="zhaogang@example.gov.cn")
SENDER = "jiugai@example.gov.cn"


class Mailbox:
    """Keeps what it is given; answers a command otherwise when told to."""

    def __init__(self, **answers):
        self.letters = []
        for command, answer in answers.items():
            setattr(self, f"handle_{command}", self._answering(answer))

    @staticmethod
    def _answering(answer):
        async def handle(*_):
            return answer

        return handle

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def mail_server(mailbox, **options):
    controller = Controller(mailbox, hostname=HOST, port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def channel(port, **options):
    settings = {"security": "none", "timeout_seconds": 5} | options
    return SmtpChannel(SmtpConfig(host=HOST, port=port, sender=SENDER, **settings))


def failure(smtp, receiver=ZHAO, letter=LETTER):
    with pytest.raises(DeliveryFailed) as caught:
        smtp.send(letter, receiver, "outbox-17", NOW)
    return caught.value


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, signed by itself; the file holds its key as well."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "内网邮件服务器")])
    today = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def server_tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


class TestDelivered:
    def test_the_letter_arrives_as_text_and_html_with_its_headers(self):
        mailbox = Mailbox()
        with mail_server(mailbox) as port:
            receipt = channel(port).send(LETTER, ZHAO, "outbox-17", NOW)
        (mail,) = mailbox.letters
        assert mail["Subject"] == LETTER.subject
        assert str(mail["To"]) == "赵刚 <zhaogang@example.gov.cn>"
        assert str(mail["From"]) == f"旧改平台 <{SENDER}>"
        assert mail["Date"].datetime == NOW
        assert mail["X-Jiugai-Kind"] == "review_task_opened"
        assert mail["Message-ID"] == receipt.detail == "<outbox-17@example.gov.cn>"
        assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == LETTER.text
        assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == LETTER.html

    def test_a_repeated_delivery_can_be_recognised_by_its_message_id(self):
        mailbox = Mailbox()
        with mail_server(mailbox) as port:
            for hours in (0, 1):
                channel(port).send(LETTER, ZHAO, "outbox:17:赵刚", NOW + timedelta(hours=hours))
            channel(port).send(LETTER, ZHAO, "outbox:18:赵刚", NOW)
        first, again, other = (mail["Message-ID"] for mail in mailbox.letters)
        assert first == again != other

    def test_a_server_that_fails_to_say_goodbye_has_the_letter_all_the_same(self):
        mailbox = Mailbox(QUIT="451 not now")
        with mail_server(mailbox) as port:
            assert channel(port).send(LETTER, ZHAO, "outbox-17", NOW).code == "250"
        assert len(mailbox.letters) == 1

    def test_line_ends_in_a_name_or_subject_add_no_header(self):
        mailbox = Mailbox()
        letter = Rendered(subject="结论\r\nBcc: all@example.com", text="文", html="<p>文</p>")
        with mail_server(mailbox) as port:
            channel(port).send(letter, Receiver(name="赵\r\nBcc: b@example.com", email=ZHAO.email), "outbox-17", NOW)
        (mail,) = mailbox.letters
        assert mail["Bcc"] is None
        assert mail["Subject"] == "结论 Bcc: all@example.com"


class TestSecured:
    def test_starttls_and_login_carry_the_letter(self, certificate, server_tls):
        mailbox, logins = Mailbox(), []

        def authenticate(_server, session, _envelope, _mechanism, data):
            logins.append((session.ssl is not None, data.login, data.password))
            return AuthResult(success=True)

        options = {"tls_context": server_tls, "authenticator": authenticate, "auth_required": True}
        with mail_server(mailbox, **options) as port:
            channel(
                port, security="starttls", ca_file=certificate, username="jiugai", password=SecretStr("Tongchuan#2026")
            ).send(LETTER, ZHAO, "outbox-17", NOW)
        assert logins == [(True, b"jiugai", b"Tongchuan#2026")]
        assert len(mailbox.letters) == 1

    def test_tls_from_the_first_byte_carries_the_letter(self, certificate, server_tls):
        mailbox = Mailbox()
        with mail_server(mailbox, ssl_context=server_tls) as port:
            channel(port, security="tls", ca_file=certificate).send(LETTER, ZHAO, "outbox-17", NOW)
        assert len(mailbox.letters) == 1

    def test_a_certificate_nobody_vouches_for_is_not_tried_again(self, server_tls):
        mailbox = Mailbox()
        with mail_server(mailbox, tls_context=server_tls) as port:
            error = failure(channel(port, security="starttls"))
        assert not error.retryable
        assert mailbox.letters == []

    def test_a_server_without_starttls_never_gets_the_letter_in_clear(self):
        mailbox = Mailbox()
        with mail_server(mailbox) as port:
            error = failure(channel(port, security="starttls"))
        assert not error.retryable
        assert mailbox.letters == []

    def test_a_wrong_password_is_not_tried_again_and_not_told(self, certificate, server_tls):
        def refuse(_server, _session, _envelope, _mechanism, data):
            text = f"535 5.7.8 bad password {data.password.decode()}"
            return AuthResult(success=False, handled=False, message=text)

        with mail_server(Mailbox(), tls_context=server_tls, authenticator=refuse) as port:
            smtp = channel(
                port, security="starttls", ca_file=certificate, username="jiugai", password=SecretStr("Tongchuan#2026")
            )
            error = failure(smtp)
        assert (error.provider_code, error.retryable) == ("535", False)
        assert "bad password ***" in error.provider_text
        assert "Tongchuan#2026" not in f"{error} {error.data} {smtp!r}"


class TestRefused:
    @pytest.mark.parametrize(
        ("command", "answer", "code", "retryable"),
        [
            ("RCPT", "550 5.1.1 no such user", "550", False),
            ("RCPT", "450 4.2.1 mailbox busy", "450", True),
            ("DATA", "451 4.3.0 try later", "451", True),
            ("DATA", "554 5.7.1 looks like spam", "554", False),
            ("MAIL", "421 4.7.0 too many connections", "421", True),
            ("MAIL", "553 5.7.1 not your address", "553", False),
        ],
    )
    def test_only_4xx_is_tried_again(self, command, answer, code, retryable):
        with mail_server(Mailbox(**{command: answer})) as port:
            error = failure(channel(port))
        assert (error.provider_code, error.retryable) == (code, retryable)
        assert answer.removeprefix(code).strip() in error.provider_text

    @pytest.mark.parametrize(
        "address", [None, "", "赵刚", "zhaogang@", "@example.gov.cn", "a@b@c", "z@example.com\r\nBcc: b@example.com"]
    )
    def test_an_address_that_cannot_be_used_is_not_tried_again(self, address):
        mailbox = Mailbox()
        with mail_server(mailbox) as port:
            error = failure(channel(port), Receiver(name="赵刚", email=address))
        assert (error.provider_code, error.retryable) == ("bad_address", False)
        assert mailbox.letters == []

    def test_text_that_no_mail_can_carry_is_not_tried_again(self):
        with mail_server(Mailbox()) as port:
            error = failure(channel(port), letter=Rendered(subject="结论", text="\ud800", html=""))
        assert not error.retryable


class TestUnreachable:
    def test_a_server_that_is_down_is_tried_again(self):
        error = failure(channel(free_port()))
        assert (error.provider_code, error.retryable) == ("ConnectionRefusedError", True)

    def test_a_server_that_does_not_answer_is_tried_again(self):
        with socket.create_server((HOST, 0)) as silent:
            assert failure(channel(silent.getsockname()[1], timeout_seconds=1)).retryable

    def test_a_missing_root_certificate_is_not_tried_again(self, tmp_path):
        with mail_server(Mailbox()) as port:
            error = failure(channel(port, security="tls", ca_file=tmp_path / "missing.pem"))
        assert not error.retryable
