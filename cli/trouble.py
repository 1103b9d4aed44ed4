"""Expected trouble (可预见的故障) with files, the database and the settings, in words instead of a traceback."""

from __future__ import annotations

from typing import Any

from services.atomic_file import NO_ROOM
from states.exceptions import JiugaiError, Kind


class FileTrouble(JiugaiError):
    """The operating system refused a file."""

    code = "file_trouble"
    kind = Kind.failure
    zh = "文件 {path} 无法读写（{reason}）。请检查路径与权限，或请系统管理员处理。"
    en = "The file {path} cannot be read or written ({reason}). Check path and permissions."


class FileMissing(JiugaiError):
    """There is no such file."""

    code = "file_missing"
    kind = Kind.missing
    zh = "找不到文件 {path}。请检查路径和文件名。"
    en = "There is no file {path}. Check the path and the name."


class NoSpace(JiugaiError):
    """No room on the disk, or a quota is used up."""

    code = "no_space"
    kind = Kind.failure
    zh = "磁盘空间不足或超出配额（{path}），本次操作没有完成。请清理空间后重试，或请系统管理员扩容。"
    en = "The disk is full or a quota is used up ({path}); nothing was completed. Free space, then retry."


class DatabaseDamaged(JiugaiError):
    """What lies at the address is no database, or it is damaged."""

    code = "database_damaged"
    kind = Kind.failure
    zh = "数据库文件不能用：{problem}。请核对 JIUGAI_HOME 和 JIUGAI_DATABASE_URL，必要时用 jiugai db restore 恢复备份。"
    en = "The database cannot be used: {problem}. Check JIUGAI_HOME and JIUGAI_DATABASE_URL, or restore a backup."


class SettingsInvalid(JiugaiError):
    """A setting has a value it cannot have."""

    code = "settings_invalid"
    kind = Kind.invalid
    zh = "设置有误：{faults}。请在环境变量或 .env 中改正，可用的设置见 docs/settings.md。"
    en = "Wrong settings: {faults}. Correct the environment or .env; docs/settings.md lists all settings."


class Unexpected(JiugaiError):
    """Nobody has thought of this."""

    code = "unexpected"
    kind = Kind.failure
    zh = "出现未预料的错误（{problem}），本次操作没有完成。详情已写入 {log}，请转给系统管理员。"
    en = "Something unexpected happened ({problem}); nothing was completed. See {log} and tell your administrator."


def as_error(problem: Exception) -> JiugaiError | None:
    """The trouble as an error in words; None for what nobody expects."""
    if isinstance(problem, JiugaiError):
        return problem
    if isinstance(problem, OSError):
        return _file(problem)
    module = type(problem).__module__.partition(".")[0]
    if module == "sqlalchemy" and hasattr(problem, "orig"):
        return DatabaseDamaged(problem=str(problem.orig).strip().splitlines()[0])
    if module == "pydantic_core" and getattr(problem, "title", "") == "Settings":
        return SettingsInvalid(faults=_settings(problem))
    return None


def _file(problem: OSError) -> JiugaiError:
    path = problem.filename or "-"
    if problem.errno in NO_ROOM:
        return NoSpace(path=path)
    if isinstance(problem, FileNotFoundError):
        return FileMissing(path=path)
    return FileTrouble(path=path, reason=problem.strerror or type(problem).__name__)


def _settings(problem: Any) -> str:  # noqa: ANN401 - pydantic is not loaded for the sake of a type
    faults = problem.errors(include_url=False, include_input=False)
    return "；".join(f"JIUGAI_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in faults)
