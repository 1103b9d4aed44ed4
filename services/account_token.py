"""Tokens (令牌): random words that let in whoever holds them; the record keeps their hash only."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    """A token nobody guesses: 256 random bits, fit for an address and a cookie."""
    return secrets.token_urlsafe(32)


def kept(token: str) -> str:
    """What the record keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(session_token: str) -> str:
    """The word every form of one session carries (防跨站令牌): derived from its token, useless for any other."""
    return hmac.new(session_token.encode("utf-8", "surrogatepass"), b"form", "sha256").hexdigest()
