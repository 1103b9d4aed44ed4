"""How a command ends (退出码): the one place that turns an error into words, JSON and an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import typer

from cli.language import lang, say
from cli.output import note, print_json
from states.exceptions import Kind

EXIT_CODES = {
    Kind.failure: 1,
    Kind.invalid: 2,
    Kind.refused: 3,
    Kind.missing: 4,
    Kind.conflict: 5,
    Kind.forbidden: 6,
}
"""0 is done; 2 is also what a wrong command line gives; 130 is Ctrl-C."""
USAGE = 2


def run(work: Callable[[], object], args: Sequence[str]) -> int:
    """Do the work and give the exit code; with `--json` an error is `{"error": …}` on stdout, too."""
    as_json = "--json" in args
    try:
        found = work()
    except typer.Abort:
        note(say("已中断。", "Aborted."))
        return EXIT_CODES[Kind.failure]
    except typer.TyperException as problem:
        return _misused(problem, as_json=as_json)
    except Exception as problem:
        return _told(problem, as_json=as_json, debug="--debug" in args)
    return found if isinstance(found, int) else 0


def _told(problem: Exception, *, as_json: bool, debug: bool) -> int:
    from cli.trouble import Unexpected, as_error

    error = as_error(problem) or Unexpected(problem=type(problem).__name__, log=_logged(problem))
    if debug:
        note("".join(traceback.format_exception(problem)))
    note(error.text(lang()))
    if as_json:
        print_json({"error": error.as_dict()})
    return EXIT_CODES[error.kind]


def _logged(problem: Exception) -> str:
    """Write the traceback into the log and say where that is."""
    text = f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(problem))}\n"
    try:
        from runtime.settings import Settings

        path = Settings().home.resolve() / "logs" / "jiugai.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(text)
    except Exception:
        return say("（日志也写不了，请加 --debug 重试）", "(the log cannot be written: repeat with --debug)")
    return str(path)


def _misused(problem: typer.TyperException, *, as_json: bool) -> int:
    if type(problem).__name__ == "NoArgsIsHelpError":  # the help has been printed already
        return USAGE
    words = _words(problem)
    context: Any = getattr(problem, "ctx", None)
    if context is not None:
        note(context.get_usage())
        note(say("加 --help 查看说明。", "Add --help for what can be given."))
    note(words)
    if as_json:
        print_json({"error": {"code": "usage", "kind": Kind.invalid.value, "message": words}})
    return problem.exit_code


def _words(problem: typer.TyperException) -> str:
    """What was wrong with the command line; the details of Typer stay in English."""
    if lang() == "en":
        return problem.format_message()
    param: Any = getattr(problem, "param", None)
    name = param.get_error_hint() if param is not None else ""
    match type(problem).__name__:
        case "MissingParameter":
            return f"缺少 {name}。"
        case "NoSuchOption":
            return f"没有选项 {getattr(problem, 'option_name', '')}。"
        case "BadParameter":
            return f"{name} 的值不能用：{problem.message}" if name else f"用法有误：{problem.message}"
    return f"用法有误：{problem.format_message()}"
