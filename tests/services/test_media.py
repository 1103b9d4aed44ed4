"""What a file really is: told by its first bytes; a name only tells office containers apart."""

from __future__ import annotations

import pytest

from services.media import OTHER, promised, sniff

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("head", "name", "family"),
    [
        (b"%PDF-1.4", "图纸.jpg", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "x", "image"),
        (b"\xff\xd8\xff\xe0", "照片.pdf", "image"),
        (b"GIF89a", "x.gif", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x.webp", "image"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "x.webp", "other"),
        (b"II*\x00", "x.tif", "image"),
        (b"AC1032", "总图.dwg", "drawing"),
        (ZIP, "方案.DOCX", "word"),
        (ZIP, "台账.xlsx", "sheet"),
        (ZIP, "包.zip", "other"),
        (ZIP, "方案.doc", "other"),
        (OLE, "方案.doc", "word"),
        (OLE, "方案.wps", "word"),
        (OLE, "台账.xls", "sheet"),
        (OLE, "安装.msi", "other"),
        (b"MZ\x90\x00", "方案.docx", "program"),
        (b"", "空.pdf", "other"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "手机照片.heic", "image"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER", "总图.dxf", "drawing"),
        (b" %PDF-1.4", "x.pdf", "other"),
    ],
)
def test_the_first_bytes_decide(head: bytes, name: str, family: str) -> None:
    assert sniff(head, name).family == family


def test_what_nobody_knows_is_called_so() -> None:
    assert sniff(b"hello", "hello.txt") is OTHER


def test_a_program_is_told_whatever_it_is_called() -> None:
    assert {sniff(head, "初步方案.pdf").family for head in (b"MZ\x90\x00", b"\x7fELF\x02", b"#!/bin/sh\n")} == {
        "program"
    }


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("报告.PDF", "pdf"),
        ("照片.jpeg", "image"),
        ("方案.wps", "word"),
        ("总图.dwg", "drawing"),
        ("报告", None),
        ("a.zip", None),
    ],
)
def test_an_ending_promises_a_family_or_nothing(name: str, family: str | None) -> None:
    assert promised(name) == family
