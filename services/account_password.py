"""Passwords (口令): what may be one, and how it is kept: as a scrypt hash with its own salt and parameters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from states.exceptions import JiugaiError, Kind

SHORTEST, LONGEST = 10, 128
"""Characters; assumed: GB/T 22239 asks for complexity and names no length."""
_FORM = re.compile(r"scrypt\$(\d+),(\d+),(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)")
_COMMON = ("password", "jiugai", "admin", "qwerty", "123456", "abcdef", "111111", "000000", "888888", "woaini")
_BYTES = 32


class PasswordUnfit(JiugaiError):
    """The password is too short, too long, or the first one anybody would try."""

    code = "password_unfit"
    kind = Kind.invalid
    zh = "这个密码不能用：{problem}。请换一个至少 10 位、不含账号和常见组合的密码，例如几个不相干的词连在一起。"
    en = "This password cannot be: {problem_en}. Choose at least 10 characters without the login or common sequences."


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: 128 x `block` x 2^`log_n` bytes of memory, `lanes` times over."""

    log_n: int = 14
    block: int = 8
    lanes: int = 5


COST = Cost()
"""One of the settings OWASP's Password Storage Cheat Sheet gives for scrypt; kept in each hash, so it can be raised."""


def hashed(password: str, cost: Cost = COST) -> str:
    """The password as it is kept: `scrypt$log_n,block,lanes$salt$hash`."""
    salt = secrets.token_bytes(16)
    key = _derive(password, salt, cost)
    words = (base64.b64encode(part).decode("ascii") for part in (salt, key))
    return f"scrypt${cost.log_n},{cost.block},{cost.lanes}${'$'.join(words)}"


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password that is kept; takes as long where there is none, so nobody learns who has one."""
    form = _FORM.fullmatch(kept or "")
    cost = Cost(int(form[1]), int(form[2]), int(form[3])) if form else COST
    salt, key = (base64.b64decode(form[4]), base64.b64decode(form[5])) if form else (bytes(16), b"")
    return hmac.compare_digest(_derive(password[:LONGEST], salt, cost), key)


def _derive(password: str, salt: bytes, cost: Cost) -> bytes:
    n, memory = 2**cost.log_n, 128 * cost.block * (2**cost.log_n + cost.lanes + 2)
    text = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=cost.block, p=cost.lanes, maxmem=2 * memory, dklen=_BYTES)


def require_fit(password: str, login: str) -> None:
    """Raises PasswordUnfit."""
    lower = password.lower()
    problems = (
        (len(password) < SHORTEST, "不足 10 位", "shorter than 10 characters"),
        (len(password) > LONGEST, "超过 128 位", "longer than 128 characters"),
        (login.lower() in lower, "含有账号", "it contains the login"),
        (any(word in lower for word in _COMMON), "含有最常见的组合", "it contains a very common sequence"),
        (len(set(lower)) < SHORTEST // 2, "不同的字符太少", "too few different characters"),
    )
    for found, problem, problem_en in problems:
        if found:
            raise PasswordUnfit(problem=problem, problem_en=problem_en)
