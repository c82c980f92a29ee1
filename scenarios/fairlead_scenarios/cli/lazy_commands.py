"""Commands that are imported when they run.

OR-Tools, NumPy and the contract take two seconds to import; `fairlead --help` needs none of them.
The group lists placeholders and resolves a name to the command's own module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as command_of

from .config_file import FILE, BadConfig, option_defaults, read_defaults

CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command: its name, the module `commands.MODULE` with a function of the same name, and the
    line that the list of commands shows. `passed_on`: all arguments are for another program."""

    name: str
    module: str
    summary: str
    passed_on: bool = False

    def load(self, defaults: Mapping[str, Any], place: str) -> Any:
        """The command itself, imported now, with `defaults` of its options from the file `place`.

        Raises BadConfig for a default of no option.
        """
        function = getattr(import_module(f"{__package__}.commands.{self.module}"), self.module)
        single = typer.Typer(
            add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
        )
        settings = CONTEXT
        if self.passed_on:
            settings = {"allow_extra_args": True, "ignore_unknown_options": True}
        single.command(self.name, add_help_option=not self.passed_on, context_settings=settings)(
            function
        )
        loaded = command_of(single)
        options = {
            name.removeprefix("--"): parameter.name
            for parameter in loaded.params
            for name in (*parameter.opts, *parameter.secondary_opts)
            if name.startswith("--") and parameter.name
        }
        chosen = option_defaults(f"{place}: {self.name}", dict(defaults), options)
        loaded.context_settings = {**loaded.context_settings, "default_map": chosen}
        return loaded


def lazy_group(commands: Sequence[LazyCommand]) -> type[TyperGroup]:
    """A group that resolves these commands by importing them."""
    by_name = {command.name: command for command in commands}

    class LazyGroup(TyperGroup):
        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, placeholder, rest = super().resolve_command(ctx, args)
            if name not in by_name:
                return name, placeholder, rest
            try:
                return name, by_name[name].load(*_defaults_of(ctx, by_name, name)), rest
            except BadConfig as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(2) from error

    return LazyGroup


def _defaults_of(
    ctx: Any, commands: Mapping[str, LazyCommand], name: str
) -> tuple[Mapping[str, Any], str]:
    """Defaults of the command's options, and the file they are from. Raises BadConfig."""
    named = ctx.params.get("config") or ""
    return read_defaults(named, list(commands)).get(name, {}), named or FILE


def add_placeholders(app: typer.Typer, commands: Sequence[LazyCommand]) -> None:
    """Register what the list of commands shows."""
    for command in commands:
        app.command(command.name, help=command.summary)(_never_called)


def _never_called() -> None:
    raise AssertionError("a placeholder is resolved to its command before it runs")
