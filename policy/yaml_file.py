"""One YAML file (政策文件) with the line of every part: YAML 1.2 words only, no references, no decimal numbers.

`true`, `false`, `null` and whole numbers are what they are; everything else, such as `on`, `no`, `0.9`, `2026.10` or
`2026-01-01`, stays the text that was typed, for the schema to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import yaml

from policy.fault import Fault, Path, Place, make_fault

MAX_BYTES = 1_048_576
"""The largest file that is read: a whole city's rules are some 100 KB."""
MAX_DEPTH = 20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_PROBLEMS = (
    ("cannot start any token", "行首或空格处用了制表符或特殊符号，缩进请用空格；含特殊符号的文字请加引号"),
    ("mapping values are not allowed", "这一行多了冒号，或缩进不对；含冒号的文字请加引号"),
    ("expected <block end>", "缩进没有对齐"),
    ("did not find expected key", "缩进没有对齐"),
    ("did not find expected '-'", "缩进没有对齐，这一列的每项应以“- ”开头"),
    ("could not find expected ':'", "缺少冒号，或冒号后没有空格"),
    ("expected ',' or", "花括号或方括号里缺少逗号、没有写完，或文字里有引号要整个加引号"),
    ("unexpected end of stream", "引号或括号没有写完"),
    ("while scanning a quoted", "引号没有配对"),
    ("special characters are not allowed", "有看不见的控制字符，请删去"),
)


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class YamlFile:
    """What one file holds: `value` (None when it is empty or broken), `places` by path, `faults` found on the way."""

    def __init__(self, path: FilePath) -> None:
        self.name = path.name
        self.value: Any = None
        self.places: dict[Path, Place] = {}
        self.faults: list[Fault] = []
        try:
            self._events = _events(_text(path), path.name)
            self._read()
        except _Stop as stop:
            self.faults.append(stop.fault)

    def _read(self) -> None:
        next(self._events), next(self._events)
        event = next(self._events, None)
        if not isinstance(event, yaml.NodeEvent):
            return
        self.value = self._node(event, ())
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.DocumentStartEvent):
            raise self._stop("yaml_documents", event, self.name)

    def _node(self, event: Any, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
        self.places.setdefault(path, self._place(event))
        if isinstance(event, yaml.AliasEvent):
            raise self._stop("yaml_alias", event, str(event.anchor))
        if event.tag is not None and event.tag != "!":
            raise self._stop("yaml_tag", event, event.tag)
        if len(path) > MAX_DEPTH:
            raise self._stop("yaml_deep", event, self.name, limit=MAX_DEPTH)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] else event.value
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stop("yaml_key", event, self.name)
            key = event.value
            if key in found:
                self.faults.append(make_fault("duplicate_key", self._place(event), key))
            self.places.setdefault((*path, key), self._place(event))
            found[key] = self._node(next(self._events), (*path, key))
        return found

    def _place(self, event: Any) -> Place:  # noqa: ANN401 - yaml's events are untyped
        return Place(self.name, event.start_mark.line + 1)

    def _stop(self, code: str, event: Any, culprit: str, **data: object) -> _Stop:  # noqa: ANN401
        return _Stop(make_fault(code, self._place(event), culprit, **data))


def _scalar(text: str) -> str | int | bool | None:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


def _text(path: FilePath) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _Stop(make_fault("file_too_large", Place(path.name, 1), path.name, size=size, limit=MAX_BYTES))
        raw = path.read_bytes()
    except OSError as error:
        raise _Stop(make_fault("file_unreadable", Place(path.name, 1), path.name, problem=error.strerror)) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Stop(make_fault("file_not_utf8", Place(path.name, line), path.name)) from None


def _events(text: str, name: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _broken(text, name, mark.line if mark else 0, f"{error.context or ''} {error.problem or ''}") from None
    except yaml.reader.ReaderError as error:
        raise _broken(text, name, _odd_line(text), str(error.reason)) from None


def _odd_line(text: str) -> int:
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return text.count("\n", 0, odd.start()) if odd else 0


def _broken(text: str, name: str, line: int, problem: str) -> _Stop:
    lines = text.splitlines()
    line = min(line, max(len(lines) - 1, 0))
    culprit = lines[line].strip()[:60] if lines else ""
    zh = next((words for sign, words in _PROBLEMS if sign in problem), problem.strip())
    return _Stop(
        make_fault("yaml_syntax", Place(name, line + 1), culprit, problem=zh, problem_en=" ".join(problem.split()))
    )
