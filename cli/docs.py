"""`jiugai docs`: what docs/ and the README take from the code and the packs (生成文档)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import LazyGroup
from notifications.catalogue import message_catalogue
from policy.graph import mermaid, overview
from policy.loader import load_pack
from policy.pack import Pack
from policy.show_markdown import markdown
from runtime.settings import Settings
from runtime.shelf import SHIPPED
from services.atomic_file import write_atomically
from states.exceptions import JiugaiError, Kind

if TYPE_CHECKING:
    from typer._click import Command, Context

ROOT = Path(__file__).parent.parent
MADE = "<!-- 由 jiugai docs 生成，请勿手改 -->\n"
BEGIN, END = "<!-- procedure:begin -->", "<!-- procedure:end -->"
OVERVIEW_PACK = "default"
EXITS = (
    (0, "完成"),
    (1, "失败（含检查、校验未通过）"),
    (2, "用法或内容有误"),
    (3, "条件未满足，逐条列出"),
    (4, "找不到"),
    (5, "冲突"),
    (6, "无权办理"),
    (130, "被 Ctrl-C 中断"),
)


class DocsInChinese(JiugaiError):
    """The documents are written in Chinese, whatever language a person reads messages in."""

    code = "docs_in_chinese"
    kind = Kind.refused
    zh = "文档以中文生成，请去掉 JIUGAI_LANG 后重试。"
    en = "The documents are written in Chinese: unset JIUGAI_LANG and repeat."


def docs(
    folder: Annotated[
        Path, typer.Option("--root", metavar="FOLDER", show_default=False, help=say("仓库的文件夹", "the checkout"))
    ] = ROOT,
) -> None:
    """重新生成 docs/ 里由代码和政策包而来的文档，以及 README 的流程图。"""
    for path, text in generated(folder):
        write_atomically(path, text.encode())
        typer.echo(str(path.relative_to(folder)))


def generated(folder: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every generated file with what has to stand in it. Raises DocsInChinese."""
    if lang() != "zh":
        raise DocsInChinese
    yield folder / "docs" / "commands.md", commands()
    yield folder / "docs" / "settings.md", settings()
    yield folder / "docs" / "messages.md", f"# 通知目录\n\n{MADE}\n{message_catalogue()}"
    for path in sorted(one for one in SHIPPED.iterdir() if (one / "pack.yaml").exists()):
        yield folder / "docs" / f"procedure-{path.name}.md", procedure(load_pack(path))
    yield from _readme(folder / "README.md")


def commands() -> str:
    """Every command with its options, from Typer's own tree."""
    from cli.main import app

    root = typer.main.get_command(app)
    context = root.make_context("jiugai", ["docs"], resilient_parsing=True)
    exits = "".join(f"| {code} | {words} |\n" for code, words in EXITS)
    head = f"# 命令\n\n{MADE}\n所有读取类命令都有 `--json`：标准输出只有一个 JSON 文档，其余文字在标准错误。\n"
    return f"{head}\n## 退出码\n\n| 代码 | 含义 |\n| --- | --- |\n{exits}\n" + "".join(
        _command(root, context, "jiugai")
    )


def _command(command: Command, context: Context, path: str) -> Iterator[str]:
    children = list(_children(command, context))
    if not children or path == "jiugai":
        yield f"## {path}\n\n" if path == "jiugai" else f"### {path}\n\n"
        yield f"{(command.help or '').strip()}\n\n"
        yield from _parameters(command, context)
    elif children:
        yield f"## {path}\n\n{(command.help or '').strip()}\n\n"
    for name, child in children:
        inner = child.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _command(child, inner, f"{path} {name}")


def _children(command: Any, context: Context) -> Iterator[tuple[str, Command]]:  # noqa: ANN401 - a group or a command
    if not hasattr(command, "list_commands"):
        return
    for name in command.list_commands(context):
        found = (
            command.resolve_command(context, [name])[1] if isinstance(command, LazyGroup) else command.commands[name]
        )
        if found is not None and not found.hidden:
            yield name, found


def _parameters(command: Command, context: Context) -> Iterator[str]:
    shown = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    rows = [record for param in shown if (record := param.get_help_record(context)) and "--help" not in param.opts]
    if rows:
        yield "| 参数 | 说明 |\n| --- | --- |\n"
        yield from (f"| `{_cell(name)}` | {_cell(words)} |\n" for name, words in rows)
        yield "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def settings() -> str:
    """Every setting with its default."""
    rows = (
        f"| `JIUGAI_{name.upper()}` | {_default(field.default)} | {_cell(field.description or '')} |\n"
        for name, field in Settings.model_fields.items()
    )
    head = (
        f"# 设置\n\n{MADE}\n写在环境变量或当前文件夹的 `.env` 里。\n\n| 名称 | 默认值 | 说明 |\n| --- | --- | --- |\n"
    )
    return head + "".join(rows)


def _default(value: object) -> str:
    return "（空）" if value is None else f"`{value}`"


def procedure(pack: Pack) -> str:
    """A pack's procedure as a picture, and everything it says as tables."""
    head = pack.document.pack
    return (
        f"# {head.label}（{pack.id}）\n\n{MADE}\n{(head.summary or '').strip()}\n\n"
        f"```mermaid\n{mermaid(pack)}```\n\n"
        f"实线为正常推进，虚线为退回。以下各表同 `jiugai policy show {head.name}`。\n\n"
        f"{markdown(pack)}"
    )


def _readme(path: Path) -> Iterator[tuple[Path, str]]:
    """The README with the overview between its markers; nothing where it has none."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    pack = SHIPPED / OVERVIEW_PACK
    if BEGIN in text and END in text and (pack / "pack.yaml").exists():
        picture = f"{BEGIN}\n```mermaid\n{overview(load_pack(pack))}```\n{END}"
        yield path, re.sub(f"{BEGIN}.*?{END}", lambda _: picture, text, count=1, flags=re.DOTALL)
