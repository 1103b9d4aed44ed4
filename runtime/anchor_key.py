"""The key that signs anchors (锚点签名密钥): one Ed25519 key per installation, readable by its system user only."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.settings import Settings
from states.exceptions import JiugaiError, Kind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class AnchorKeyUnusable(JiugaiError):
    """The key file cannot be read, is no Ed25519 key, or others may read it."""

    code = "anchor_key_unusable"
    kind = Kind.failure
    zh = "签名密钥 {file} 不能用：{problem}。没有锚定。请系统管理员处理；更换密钥后请把新公钥告知督查人员。"
    en = "The signing key {file} cannot be used: {problem_en}. No anchor was taken. Tell your administrator."


class KeyFile:
    """The key in a file, made when it is first used. Its methods raise AnchorKeyUnusable."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def public_pem(self) -> str:
        """The public key as other programs read it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes; the same for the same data."""
        return self._key.sign(data)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        if not self.path.exists():
            self._make()
        try:
            if self.path.stat().st_mode & 0o077:
                raise self._unusable("其他用户可以读取，权限应为 600", "others may read it, its mode has to be 600")
            found = load_pem_private_key(self.path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as problem:
            words = getattr(problem, "strerror", None)
            raise self._unusable(words or "不是私钥文件", words or "no private key") from problem
        if not isinstance(found, Ed25519PrivateKey):
            raise self._unusable("不是 Ed25519 私钥", "no Ed25519 key")
        return found

    def _make(self) -> None:
        """Write a new key, complete or not at all; of two processes that do it at once the first one's counts."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, self.path)
            except FileExistsError:
                return
            finally:
                temporary.unlink()
        except OSError as problem:
            words = problem.strerror or type(problem).__name__
            raise self._unusable(words, words) from problem

    def _unusable(self, problem: str, problem_en: str) -> AnchorKeyUnusable:
        return AnchorKeyUnusable(file=self.path, problem=problem, problem_en=problem_en)


def key_file(settings: Settings) -> KeyFile:
    """The key of this installation; nothing is read or made yet."""
    return KeyFile(settings.anchor_key_file or settings.home / "keys" / "anchor.pem")
