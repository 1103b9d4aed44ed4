"""Forms (表单): sent from our own page by whoever is signed in, once; what was typed is kept whatever happens."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from states.exceptions import JiugaiError, Kind
from web.body_limit import MARGIN, announced
from web.desk import desk_of
from web.visitor import Visitor, find_visitor

MOST_FIELDS, LONGEST = 300, 5000
"""Fields of a form, and characters of one of them; assumed, far above what any form asks for."""
_REQUEST = re.compile(r"[A-Za-z0-9_-]{8,80}")
_OURS = re.compile(r"/(projects/[^/?#\\]+/(advance|facts|documents)|tasks/\d+/(claim|answer|withdraw))")
_PRIVATE = ("form_token", "password", "old_password", "again", "kept", "kept_path")


class OriginRefused(JiugaiError):
    """The form was not sent from a page of ours."""

    code = "origin_refused"
    kind = Kind.forbidden
    zh = (
        "这次提交不是从本系统的页面发出的，没有办理。请从本系统的页面重新提交；"
        "经代理访问的，请管理员核对 JIUGAI_BASE_URL。"
    )
    en = "This form was not sent from a page of this system; nothing was done. Open the page here and send it again."


class TextTooLong(JiugaiError):
    """More was typed into one field than is kept."""

    code = "text_too_long"
    kind = Kind.invalid
    zh = "一处填写超过 {limit} 字，没有保存。填写的内容还在，请缩短后再提交，详情可作为材料上传。"
    en = "A field is longer than {limit} characters; nothing was saved. Shorten it, or attach it as a document."


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form brought: text by field, files by field; line ends are LF, no NUL."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed into a field, without blanks around it. Raises TextTooLong."""
        found = self.fields.get(name, "").strip()
        if len(found) > LONGEST:
            raise TextTooLong(limit=LONGEST)
        return found

    @property
    def digest(self) -> str:
        """What tells this content from any other, in sixteen characters; of a file its name and size count."""
        files = {name: [file.filename, file.size] for name, file in self.files.items()}
        content = json.dumps([self.keepable, files], sort_keys=True)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def keepable(self) -> dict[str, str]:
        """What may be shown again: everything but passwords and tokens."""
        return {name: text for name, text in self.fields.items() if name not in _PRIVATE}


class FormInterrupted(Exception):
    """A form that cannot be taken as it is: nobody is signed in any more, or it is of another session."""

    def __init__(self, typed: Typed, path: str, *, signed_in: bool) -> None:
        self.typed, self.path, self.signed_in = typed, path, signed_in
        super().__init__(path)


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form of somebody signed in, sent from a page of theirs."""

    visitor: Visitor
    typed: Typed

    @property
    def request_id(self) -> str:
        """What makes a second sending harmless: the form's own number, of this person, with exactly this content.

        Whoever goes back, changes a word and sends again means something new: the old number alone would lose it.
        """
        given = self.typed.fields.get("request_id", "")
        number = given if _REQUEST.fullmatch(given) else new_request_id()
        return f"web:{self.visitor.person_id}:{number}:{self.typed.digest}"


def new_request_id() -> str:
    """A number for one form, so that sending it twice does it once."""
    return secrets.token_urlsafe(12)


async def sent_form(request: Request) -> AsyncIterator[SentForm]:
    """The form of this request, its files closed after the answer.

    Raises OriginRefused, FormInterrupted, and what opening the office raises.
    """
    try:
        yield await _sent(request)
    finally:
        await request.close()


async def _sent(request: Request) -> SentForm:
    require_own_origin(request)
    office = await run_in_threadpool(lambda: desk_of(request).office)
    visitor = await run_in_threadpool(find_visitor, request, office)
    if visitor is None:
        # a stranger's upload is not even read; text is kept for whoever signs in again
        typed = await read_form(request) if announced(request.scope) <= MARGIN else Typed()
        raise FormInterrupted(typed, request.url.path, signed_in=False)
    typed = await read_form(request)
    if not hmac.compare_digest(typed.fields.get("form_token", "").encode(), visitor.form_token.encode()):
        raise FormInterrupted(typed, request.url.path, signed_in=True)
    return SentForm(visitor, typed)


async def open_form(request: Request) -> AsyncIterator[Typed]:
    """The form of somebody who is not signed in yet. Raises OriginRefused."""
    try:
        require_own_origin(request)
        yield await read_form(request)
    finally:
        await request.close()


Sent = Annotated[SentForm, Depends(sent_form)]
"""A form handler's parameter: whose form, and what was typed."""
Opened = Annotated[Typed, Depends(open_form)]
"""The same before anybody is signed in."""


async def read_form(request: Request) -> Typed:
    """What was typed and which files were chosen; of a field sent twice the last one counts."""
    form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    fields, files = {}, {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields[name] = value.replace("\r\n", "\n").replace("\x00", "")
        elif value.filename:
            files[name] = value
    return Typed(fields, files)


def require_own_origin(request: Request) -> None:
    """Refuse a form another site has sent: browsers say where it comes from. Raises OriginRefused."""
    said = request.headers.get("origin") or request.headers.get("referer") or ""
    ours = {request.headers.get("host", ""), urlsplit(desk_of(request).settings.site).netloc}
    try:
        known = urlsplit(said).netloc in ours - {""}
    except ValueError:
        known = False
    if not known:
        raise OriginRefused


def is_ours(path: str) -> bool:
    """Whether a form kept over a login may be sent to this address."""
    return _OURS.fullmatch(path) is not None


def pack_kept(typed: Typed) -> str:
    """What was typed, for a hidden field."""
    return json.dumps(typed.keepable, ensure_ascii=False)


def unpack_kept(text: str) -> dict[str, str] | None:
    """What `pack_kept` made; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {str(name): value for name, value in found.items() if isinstance(value, str) and name not in _PRIVATE}


def local_path(text: str) -> str:
    """An address to go to after signing in, if it is one of ours; else the first page."""
    plain = text.isprintable() and "\\" not in text
    return text if plain and re.match(r"/(?!/)", text) and len(text) <= LONGEST else "/"
