"""A sheet as a Word document (Word 证据表): the few parts of OOXML a text with tables needs, the same to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from services.evidence_sheet import Sheet, Table
from services.evidence_zip import packed

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
PAGE = (16838, 11906)
"""A4 across, in twentieths of a point."""
MARGIN = 1000
_WIDTH = PAGE[0] - 2 * MARGIN
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_word(sheet: Sheet) -> bytes:
    """The sheet as the bytes of a .docx file."""
    body = "".join(
        [
            _paragraph(sheet.title, size=32, bold=True),
            _table(Table("", (), sheet.facts, (15, 85))),
            *(part for table in sheet.tables for part in (_paragraph(table.title, size=26, bold=True), _table(table))),
            *(_paragraph(note) for note in ("", *sheet.notes)),
        ]
    )
    page = (
        f'<w:sectPr><w:pgSz w:w="{PAGE[0]}" w:h="{PAGE[1]}" w:orient="landscape"/>'
        f'<w:pgMar w:top="{MARGIN}" w:right="{MARGIN}" w:bottom="{MARGIN}" w:left="{MARGIN}" w:header="500"'
        ' w:footer="500" w:gutter="0"/></w:sectPr>'
    )
    document = f'{_HEAD}<w:document xmlns:w="{_W}"><w:body>{body}{page}</w:body></w:document>'
    return packed(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _RELATIONS.encode(),
            "word/document.xml": document.encode(),
        }
    )


def _paragraph(text: str, *, size: int = 18, bold: bool = False) -> str:
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="微软雅黑"/>'
    look = f'<w:rPr>{fonts}{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/></w:rPr>'
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{_plain(line)}</w:t>' for line in text.split("\n"))
    return f'<w:p><w:pPr><w:spacing w:before="40" w:after="40"/></w:pPr><w:r>{look}{lines}</w:r></w:p>'


def _plain(text: str) -> str:
    """Text XML may hold: a control character somebody typed must not make the whole document unreadable."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _table(table: Table) -> str:
    widths = [_WIDTH * part // sum(table.wide) for part in table.wide]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="B0B8C0"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = [_row(table.heads, widths, head=True)] if table.heads else []
    rows = "".join([*head, *(_row(row, widths) for row in table.rows)])
    look = f'<w:tblPr><w:tblW w:w="{_WIDTH}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
    return f'<w:tbl>{look}<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'


def _row(cells: Sequence[str], widths: Iterable[int], *, head: bool = False) -> str:
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(cell, bold=head)}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    look = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    return f"<w:tr>{look}{made}</w:tr>"
