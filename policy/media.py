"""The families of files (文件类型) a document of a pack may come in, in words."""

from __future__ import annotations

from states.label import Label

MEDIA = {
    "pdf": Label("PDF", "PDF"),
    "image": Label("图片", "picture"),
    "word": Label("文字文档", "text document"),
    "sheet": Label("表格", "spreadsheet"),
    "drawing": Label("图纸", "drawing"),
    "any": Label("不限", "any"),
}
"""The families of files a document may come in, in words."""
