"""Errors: each has a code of its own, a kind, and words in both languages that take the same data."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections import Counter
from collections.abc import Iterator
from string import Formatter

import pytest

from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.refusal import MoveRefused, Refusal

PACKAGES = ("states", "policy", "models", "notifications", "services", "runtime", "simulation", "web", "cli", "flows")


def every_error() -> list[type[JiugaiError]]:
    """Every error in the code, after every module has been imported."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return sorted(set(_below(JiugaiError)), key=lambda error: (error.__module__, error.__name__))


def _below(error: type[JiugaiError]) -> Iterator[type[JiugaiError]]:
    for child in error.__subclasses__():
        if not child.__module__.startswith("tests."):
            yield child
        yield from _below(child)


def fields(template: str) -> set[str]:
    """The names a template takes; `x_zh` and `x_en` are the words for `x` in one language."""
    return {
        name.split(".")[0].split("[")[0].removesuffix("_en").removesuffix("_zh")
        for _, name, _, _ in Formatter().parse(template)
        if name
    }


@pytest.fixture(scope="module")
def errors() -> list[type[JiugaiError]]:
    return every_error()


def own(error: type[JiugaiError], name: str) -> bool:
    return any(
        name in vars(base) for base in error.__mro__ if base is not JiugaiError and issubclass(base, JiugaiError)
    )


def raised(errors: list[type[JiugaiError]]) -> list[type[JiugaiError]]:
    """Those that are raised themselves: a base that only gathers others needs no words."""
    return [error for error in errors if not error.__subclasses__() or own(error, "zh")]


def test_there_are_errors_in_every_layer(errors: list[type[JiugaiError]]) -> None:
    assert {"states", "policy", "services", "runtime", "notifications"} <= {e.__module__.split(".")[0] for e in errors}


def test_each_has_a_code_a_kind_and_words_of_its_own(errors: list[type[JiugaiError]]) -> None:
    lacking = [
        f"{error.__module__}.{error.__name__}: {name}"
        for error in raised(errors)
        for name in ("code", "kind", "zh", "en")
        if not own(error, name)
    ]
    assert lacking == []
    assert all(isinstance(error.kind, Kind) for error in errors)


def test_no_code_stands_for_two_errors(errors: list[type[JiugaiError]]) -> None:
    counted = Counter(error.code for error in raised(errors))
    assert {code: count for code, count in counted.items() if count > 1} == {}
    assert [e.code for e in errors if not e.code.replace("_", "").isalnum() or e.code != e.code.lower()] == []


def test_both_languages_take_the_same_data_and_format(errors: list[type[JiugaiError]]) -> None:
    different = {
        error.__name__: fields(error.zh) ^ fields(error.en) for error in errors if fields(error.zh) != fields(error.en)
    }
    assert different == {}
    for error in errors:
        data = {name: "幸福里小区" for template in (error.zh, error.en) for name in _raw(template)}
        assert error.zh.format(**data)
        assert error.en.format(**data)


def _raw(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_an_error_survives_the_way_to_another_process() -> None:
    refusal = Refusal("document_missing", Label("缺少材料"), Label("街道"))
    sent = MoveRefused(project="幸福里小区", move=Label("提交方案", "submit"), refusals=[refusal])
    received = pickle.loads(pickle.dumps(sent))
    assert (received.text("zh"), received.as_dict()) == (sent.text("zh"), sent.as_dict())
    assert str(received) == str(sent)
