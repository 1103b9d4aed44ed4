"""Commands loaded when they are called (按需加载): a table of names, so that `jiugai --help` imports none of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context

Words = Callable[[], str]


class Entry(NamedTuple):
    """Where a command is (`module:function` or `module:typer`) and what `--help` says of it."""

    target: str
    words: Words

    @property
    def module(self) -> str:
        """The module it is loaded from."""
        return self.target.partition(":")[0]


class LazyGroup(TyperGroup):
    """A group whose `table` names commands that are imported only when called; those of its own come after them."""

    table: ClassVar[dict[str, Entry]] = {}

    def list_commands(self, ctx: Context) -> list[str]:
        """Every name; a command whose module is not part of this installation is not offered."""
        at_hand = [name for name, entry in self.table.items() if find_spec(entry.module)]
        return [*at_hand, *(name for name in self.commands if name not in self.table)]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """What `--help` and the shell's completion need of a command: its name and its words."""
        entry = self.table.get(cmd_name)
        if entry is None or cmd_name not in self.list_commands(ctx):
            return super().get_command(ctx, cmd_name)
        return TyperCommand(cmd_name, help=entry.words())

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command itself, imported now. Raises a usage error for an unknown name."""
        name = args[0]
        if name in self.list_commands(ctx) and name in self.table:
            return name, load(name, self.table[name]), args[1:]
        for other in self.table:  # so that a misspelt name is told the nearest one
            self.commands.setdefault(other, TyperCommand(other))
        return super().resolve_command(ctx, args)


def load(name: str, entry: Entry) -> Command:
    """Import a command."""
    module, _, attribute = entry.target.partition(":")
    found: Any = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        function = found
        found = typer.Typer(add_completion=False, rich_markup_mode=None)
        found.command(name, help=inspect.getdoc(function) or entry.words())(function)
    command = typer.main.get_command(found)
    command.name = name
    return command


def group(words: str, cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """The group of one noun's commands."""
    return typer.Typer(cls=cls, help=words, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
