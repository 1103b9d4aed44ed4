"""Stand-ins reach everywhere (代理留痕): no service decides by a person's own seats alone, none forgets for whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
OWN_SEATS = {
    ("preference_change.py", "_mine"): "admin seats are never lent, and one's own wishes need no stand-in",
    ("resend.py", "_require_admin"): "admin seats are never lent",
    ("stand_in.py", "_require_right"): "who stands in for somebody appoints nobody (转委托)",
}
"""Where only one's own seats count, and why."""
UNSIGNED = {
    ("circular.py", "_note"): "only rungs issue circulars",
    ("organisation.py", "ensure_person"): "an administrator's act: admin seats are never lent",
    ("organisation.py", "grant_role"): "an administrator's act",
    ("person.py", "revoke_role"): "an administrator's act",
    ("person.py", "set_active"): "an administrator's act",
    ("succession.py", "_record"): "an administrator's act",
    ("pack.py", "activate"): "an administrator's act",
    ("recalendar.py", "apply_calendar"): "an administrator's act",
    ("preference_change.py", "_note"): "one's own wishes, or an administrator's act",
    ("resend.py", "_act"): "an administrator's act",
    ("review_round.py", "open_round"): "signed by a rule",
    ("rung_answer.py", "_note"): "an alert is the receiver's own: the stand-in gets one of their own",
    ("stand_in.py", "_record"): "who stands in for somebody appoints nobody",
}
"""Entries that are never written on anybody's behalf, and why."""
LOGINS = ("account", "session")
"""Modules about logins: nobody has another's, which is what stand-ins are for."""


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the services, with its file."""
    for path in sorted(SERVICES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path.name, node


def calls(function: ast.FunctionDef, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call for call in found if isinstance(call.func, ast.Name) and call.func.id == name]


def reads_own_grants(function: ast.FunctionDef) -> bool:
    """Whether it looks at `grants` of an actor, and not at what is borrowed as well."""
    names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    asked = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    old = any(isinstance(one, ast.Name) and one.id in ("holds_seat", "holds_any") for one in asked)
    return old or ("grants" in names and "borrowed" not in names)


@pytest.mark.parametrize("mention", [OWN_SEATS, UNSIGNED])
def test_what_is_excepted_still_exists(mention: dict[tuple[str, str], str]) -> None:
    """An exception nobody needs any more would hide the next omission."""
    there = {(name, function.name) for name, function in functions()}
    assert set(mention) <= there


def test_every_permission_counts_what_is_borrowed() -> None:
    """Permission is asked by capacity; a service that looks at own grants alone would turn stand-ins away."""
    asking = {(name, one.name) for name, one in functions() if name != "identity.py" and reads_own_grants(one)}
    assert asking == set(OWN_SEATS)


def test_every_entry_says_on_whose_behalf() -> None:
    """Every act that is written down names whom it was done for, or cannot be done for anybody."""
    silent = {
        (name, one.name)
        for name, one in functions()
        if not name.startswith(LOGINS)
        for call in calls(one, "Act")
        if "on_behalf_of" not in {keyword.arg for keyword in call.keywords}
    }
    assert silent == set(UNSIGNED)
