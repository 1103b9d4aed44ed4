"""Options and arguments several commands share (共用选项), so that each reads the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from cli.language import say
from states.clock import Light

_Choice = TypeVar("_Choice", bound=Enum)


def day(text: str) -> date:
    """A day as `2026-09-24`. Raises BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        problem = say(f"“{text}”不是日期，应写作 2026-09-24", f'"{text}" is not a day such as 2026-09-24')
        raise typer.BadParameter(problem) from None


def chosen(choices: Mapping[str, _Choice]) -> Callable[[str], _Choice]:
    """A parser that takes one of these names; it raises BadParameter with all of them."""

    def choice(text: str) -> _Choice:
        found = choices.get(text.lower())
        if found is None:
            names = ", ".join(choices)
            raise typer.BadParameter(say(f"“{text}”应为以下之一：{names}", f'"{text}" is none of: {names}'))
        return found

    return choice


def one_of(kind: type[_Choice], *, but: Collection[_Choice] = ()) -> Callable[[str], _Choice]:
    """A parser that takes a member of an enum by its name, those of `but` excepted."""
    return chosen({one.name: one for one in kind if one not in but})


AsJson = Annotated[bool, typer.Option("--json", help=say("在标准输出打印一个 JSON 文档", "print one JSON document"))]
As = Annotated[str, typer.Option("--as", metavar="LOGIN", help=say("以谁的账号办理", "the login that acts"))]
MaybeAs = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="LOGIN",
        help=say("以谁的账号办理；不填记为本机操作员", "who acts; else this machine's operator"),
    ),
]
Code = Annotated[str, typer.Argument(metavar="CODE", help=say("项目编号", "the project's code"))]
Trigger = Annotated[
    str, typer.Argument(metavar="TRIGGER", help=say("动作标识，如 finish_survey", "the move, as finish_survey"))
]
Reason = Annotated[str, typer.Option("--reason", help=say("理由", "the reason"))]
RequestId = Annotated[
    str | None,
    typer.Option(
        "--request-id", help=say("请求号；重复提交同一请求号不会重复办理", "repeating the same id does nothing twice")
    ),
]
Day = Annotated[
    date, typer.Argument(metavar="DAY", parser=day, help=say("日期，如 2026-09-24", "a day such as 2026-09-24"))
]
LightOption = Annotated[
    Light | None,
    typer.Option(
        "--light",
        metavar="LIGHT",
        parser=one_of(Light),
        help=say("灯：grey、green、yellow、red", "grey, green, yellow or red"),
    ),
]
Target = Annotated[Path, typer.Argument(metavar="FILE", help=say("要写的文件", "the file to write"))]
Source = Annotated[Path, typer.Argument(metavar="FILE", help=say("要读的文件", "the file to read"))]
