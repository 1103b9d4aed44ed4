"""`jiugai`: the command line (命令行). Every command is in the table and loaded when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar

import typer

from cli.language import say
from cli.lazy import Entry, LazyGroup
from cli.outcome import run


class Root(LazyGroup):
    """All commands of jiugai."""

    table: ClassVar[dict[str, Entry]] = {
        "up": Entry("cli.up:up", lambda: say("启动系统：网页、Prefect、常驻进程", "start the whole system")),
        "demo": Entry("cli.demo:demo", lambda: say("建立演示城市", "build the demonstration city")),
        "doctor": Entry("cli.doctor:doctor", lambda: say("检查安装是否正常", "check the installation")),
        "db": Entry("cli.db:app", lambda: say("数据库：升级、备份、恢复", "database: upgrade, backup, restore")),
        "policy": Entry("cli.policy:app", lambda: say("政策包：检查、查看、启用", "packs: check, show, activate")),
        "calendar": Entry("cli.calendar:app", lambda: say("工作日历：推算期限、载入放假安排", "working calendar")),
        "user": Entry("cli.user:app", lambda: say("机构、人员与角色", "organisations, people and roles")),
        "project": Entry("cli.project:app", lambda: say("项目：导入、查看、推进、填报", "projects")),
        "finding": Entry("cli.finding:app", lambda: say("事项：异议、缺陷、整改、复验", "objections and defects")),
        "review": Entry("cli.review:app", lambda: say("联审联批：查看、填写意见", "joint review: show, decide")),
        "clock": Entry("cli.clock:app", lambda: say("期限：清单、推算过程、巡检", "deadlines: list, explain, sweep")),
        "react": Entry("cli.react:react", lambda: say("处理发件箱里到期的事件", "handle the events that are due")),
        "notify": Entry("cli.notify:app", lambda: say("通知：发件箱、故障重试、试发", "outbox, incidents, test")),
        "audit": Entry("cli.audit:app", lambda: say("留痕：校验哈希链", "audit trail: verify the chains")),
        "docs": Entry("cli.docs:docs", lambda: say("重新生成文档", "write the generated documents again")),
    }

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401 - Typer's own signature
    ) -> Any:  # noqa: ANN401
        """As Typer's, but every error ends in cli.outcome."""
        given = list(sys.argv[1:] if args is None else args)
        work = partial(
            super().main, given, prog_name, complete_var, standalone_mode=False, windows_expand_args=False, **extra
        )
        return sys.exit(run(work, given)) if standalone_mode else work()


# plain help: rich alone would take half a second of the 0.6 that --help may take
app = typer.Typer(cls=Root, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"jiugai {version('jiugai')}")
        raise typer.Exit


@app.callback(
    help=say("旧改：老旧小区改造项目的流程、联审联批、期限与留痕。", "Renovation of old communities, step by step.")
)
def jiugai(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help=say("出错时显示技术细节", "show the traceback of an error"))
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=say("显示版本", "show the version"))
    ] = False,
) -> None:
    """Options of every command; `--debug` is read in cli.outcome, which also has to answer when parsing fails."""


def main() -> None:
    """The console script."""
    app(prog_name="jiugai")


if __name__ == "__main__":
    main()
