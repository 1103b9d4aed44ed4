"""Conditions taken apart (条件拆解): what holds, what does not and why, and the values at which the answer turns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jinja2 import nodes

from policy.expression import Facts, compile_condition, parse_condition
from policy.schema_entry import FactEntry
from states.case import FactValue
from states.exceptions import Lang
from states.role import Level, Role, Seat

_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}
_JOINED = (nodes.And, nodes.Or)
_FIXED = (nodes.Const, nodes.Neg)
_WORD = re.compile(r"""(['"])(.*?)\1|[a-z][a-z0-9_]*""")
_READ = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
# a comparison of fixed values alone needs one fact beside it to be a condition
_SETTLED = {"settled": FactEntry(code="settled", label="已定", type="flag", owed_by=Seat(Role.coordinator, Level.city))}

Truth = bool | None
"""Whether a condition holds; None while a fact it turns on is unknown."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison or flag. `marks` are the values it compares with; `fact` is None where it compares facts."""

    text: str
    uses: tuple[str, ...]
    test: Callable[[Facts], bool]
    fact: str | None
    marks: tuple[FactValue, ...] = ()

    def holds(self, facts: Facts) -> Truth:
        """Whether it holds, None where a fact is missing."""
        try:
            return self.test(facts)
        except KeyError:
            return None

    def because(self, facts: Facts) -> Iterator[Leaf]:
        """The leaf itself: nothing else makes it what it is."""
        yield self

    def leaves(self) -> Iterator[Leaf]:
        """The leaf itself."""
        yield self


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts joined by `and` (`both`) or `or`."""

    both: bool
    parts: tuple[Tree, ...]

    def holds(self, facts: Facts) -> Truth:
        """Three-valued: one part may settle it whatever is unknown in the others."""
        result: Truth = self.both
        for part in self.parts:
            truth = part.holds(facts)
            if truth is (not self.both):
                return truth
            result = None if truth is None else result
        return result

    def because(self, facts: Facts) -> Iterator[Leaf]:
        """The leaves of the parts that come out as the whole does."""
        whole = self.holds(facts)
        for part in self.parts:
            if part.holds(facts) is whole:
                yield from part.because(facts)

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf."""
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class Negated:
    """`not` before a part."""

    part: Tree

    def holds(self, facts: Facts) -> Truth:
        """The opposite of its part."""
        truth = self.part.holds(facts)
        return None if truth is None else not truth

    def because(self, facts: Facts) -> Iterator[Leaf]:
        """What its part is because of."""
        yield from self.part.because(facts)

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf."""
        yield from self.part.leaves()


Tree = Leaf | Joined | Negated


def take_apart(text: str, facts: Mapping[str, FactEntry]) -> Tree:
    """The tree of a condition over the declared `facts`. Raises ConditionInvalid as `compile_condition` does."""
    compile_condition(text, facts)
    return _tree(parse_condition(text), facts)


def in_words(text: str, uses: tuple[str, ...], facts: Mapping[str, FactEntry], lang: Lang = "zh") -> str:
    """A condition with the names of facts and choices in words: `新增建筑面积 > 0`."""

    def named(found: re.Match[str]) -> str:
        word, quoted = found[0], found[2]
        if quoted is not None:
            choices = (facts[code].choices or {} for code in uses)
            return next((one[quoted] for one in choices if quoted in one), quoted)
        if word in uses:
            return facts[word].name.text(lang)
        return {"and": " 且 ", "or": " 或 ", "not": "非 ", "in": "属于"}.get(word, word) if lang == "zh" else word

    words = _WORD.sub(named, text)
    for sign, read in _READ.items():
        words = words.replace(sign, read)
    return re.sub(r" {2,}", " ", words)


def _tree(node: nodes.Node, facts: Mapping[str, FactEntry]) -> Tree:
    if isinstance(node, nodes.Not):
        return Negated(_tree(node.node, facts))
    if isinstance(node, _JOINED):
        parts = (_tree(node.left, facts), _tree(node.right, facts))
        both = isinstance(node, nodes.And)
        return Joined(both, tuple(one for part in parts for one in _level(part, both=both)))
    if isinstance(node, nodes.Compare):
        leaves = tuple(_leaf(pair, facts) for pair in _pairs(node))
        return leaves[0] if len(leaves) == 1 else Joined(True, leaves)
    return _leaf(node, facts)


def _level(part: Tree, *, both: bool) -> tuple[Tree, ...]:
    """`a and b and c` side by side instead of nested."""
    return part.parts if isinstance(part, Joined) and part.both is both else (part,)


def _pairs(node: nodes.Compare) -> Iterator[nodes.Compare]:
    left = node.expr
    for operand in node.ops:
        yield nodes.Compare(left, [operand])
        left = operand.expr


def _leaf(node: nodes.Node, facts: Mapping[str, FactEntry]) -> Leaf:
    text = _text(node)
    if not any(node.find_all(nodes.Name)) and not isinstance(node, nodes.Name):
        fixed = compile_condition(f"({text}) and settled", _SETTLED).test({"settled": True})
        return Leaf(text, (), lambda _: fixed, None)
    compiled = compile_condition(text, facts)
    if isinstance(node, nodes.Name):
        return Leaf(text, compiled.uses, compiled.test, node.name)
    fact, marks = _marks(node, facts) if isinstance(node, nodes.Compare) else (None, ())
    return Leaf(text, compiled.uses, compiled.test, fact, marks)


def _marks(node: nodes.Compare, facts: Mapping[str, FactEntry]) -> tuple[str | None, tuple[FactValue, ...]]:
    """The one fact and the fixed values of a comparison; no fact where it compares anything else."""
    left, right = node.expr, node.ops[0].expr
    if isinstance(right, nodes.Name) and isinstance(left, _FIXED):
        left, right = right, left
    if not isinstance(left, nodes.Name):
        return None, ()
    if isinstance(right, nodes.List | nodes.Tuple):
        return left.name, tuple(_mark(facts[left.name], item) for item in right.items)
    return (left.name, (_mark(facts[left.name], right),)) if _is_fixed(right) else (None, ())


def _is_fixed(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) or (isinstance(node, nodes.Neg) and _is_fixed(node.node))


def _mark(entry: FactEntry, node: nodes.Node) -> FactValue:
    if isinstance(node, nodes.Neg):
        return -Fraction(_mark(entry, node.node))  # type: ignore[arg-type]
    value: FactValue = node.value  # type: ignore[attr-defined]
    if entry.type == "date":
        return date.fromisoformat(str(value))
    return str(value) if entry.type in ("text", "choice") else Fraction(value)  # type: ignore[arg-type]


def _text(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Const():
            return repr(node.value)
        case nodes.Neg():
            return f"-{_text(node.node)}"
        case nodes.Compare():
            return f"{_text(node.expr)} {_SIGNS[node.ops[0].op]} {_text(node.ops[0].expr)}"
        case nodes.List() | nodes.Tuple():
            return f"[{', '.join(map(_text, node.items))}]"
        case nodes.BinExpr():
            return f"({_text(node.left)} {node.operator} {_text(node.right)})"
    raise ValueError(type(node).__name__)  # take_apart has had the condition compiled: no other node can stand here
