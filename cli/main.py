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
        "simulate": Entry("cli.simulate:simulate", lambda: say("推演一座城市的一年", "simulate a city's year")),
        "doctor": Entry("cli.doctor:doctor", lambda: say("检查安装是否正常", "check the installation")),
        "db": Entry("cli.db:app", lambda: say("数据库：升级、备份、恢复", "database: upgrade, backup, restore")),
        "policy": Entry("cli.policy:app", lambda: say("政策包：检查、查看、启用", "packs: check, show, activate")),
        "calendar": Entry("cli.calendar:app", lambda: say("工作日历：推算期限、载入放假安排", "working calendar")),
        "user": Entry("cli.user:app", lambda: say("机构、人员与角色", "organisations, people and roles")),
        "project": Entry("cli.project:app", lambda: say("项目：导入、查看、推进、填报", "projects")),
        "finding": Entry("cli.finding:app", lambda: say("事项：异议、缺陷、整改、复验", "objections and defects")),
        "review": Entry("cli.review:app", lambda: say("联审联批：查看、填写意见", "joint review: show, decide")),
        "supplement": Entry("cli.supplement:app", lambda: say("补正：清单、补齐、提交", "supplements")),
        "ruling": Entry("cli.ruling:app", lambda: say("裁定、协调会、退回、逾期原因", "dissents and returns")),
        "promise": Entry("cli.promise:app", lambda: say("容缺受理、告知承诺", "promises and commitments")),
        "vote": Entry("cli.vote:app", lambda: say("业主表决：名册、表决票、结果", "owners' votes")),
        "posting": Entry("cli.posting:app", lambda: say("公示：张贴、异议、答复", "public postings")),
        "clock": Entry("cli.clock:app", lambda: say("期限：清单、推算过程、巡检", "deadlines: list, explain, sweep")),
        "alert": Entry("cli.alert:app", lambda: say("预警通知：知悉、推迟提醒", "alerts: acknowledge, put off")),
        "order": Entry("cli.order:app", lambda: say("督办单：签发、签收、反馈、销号", "supervision orders")),
        "contest": Entry("cli.contest:app", lambda: say("复核：申请、决定", "contest a red light or an order")),
        "react": Entry("cli.react:react", lambda: say("处理发件箱里到期的事件", "handle the events that are due")),
        "notify": Entry("cli.notify:app", lambda: say("通知：发件箱、故障重试、试发", "outbox, incidents, test")),
        "audit": Entry("cli.audit:app", lambda: say("留痕：校验哈希链", "audit trail: verify the chains")),
        "history": Entry("cli.history:app", lambda: say("历史：时点还原、差异、检索、回放、异常", "history read back")),
        "eventlog": Entry("cli.eventlog:app", lambda: say("事件日志：XES、OCEL 2.0、CSV", "event logs")),
        "insight": Entry("cli.insight:app", lambda: say("统计：用时、瓶颈、退回、变体、逾期", "what the record tells")),
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
