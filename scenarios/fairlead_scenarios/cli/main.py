"""The command `fairlead`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..terminal.process_exit import App
from ..terminal.terminal import Terminal, use
from .lazy_commands import CONTEXT, LazyCommand, add_placeholders, lazy_group

COMMANDS = (
    LazyCommand("solve", "solve", "Decide a scenario and show what was decided and why."),
    LazyCommand("explain", "explain", "Explain one line, or every short line."),
    LazyCommand("check", "check", "Compute a decision again without a solver."),
    LazyCommand(
        "verify-explanations",
        "verify_explanations",
        "Check every statement of a decision by solving its opposite.",
    ),
    LazyCommand("import", "import_", "Turn the tables of an ERP into a scenario folder."),
    LazyCommand("export-mps", "export_mps", "Write the cycle's integer program as an MPS file."),
    LazyCommand("bench", "bench", "Measure engines on generated cycles or on your own."),
    LazyCommand("serve", "serve", "Start the server.", passed_on=True),
    LazyCommand("health", "health", "Ask a server whether it serves."),
    LazyCommand("version", "version", "Print the versions of Fairlead, OR-Tools and Python."),
)

app = App(
    name="fairlead",
    cls=lazy_group(COMMANDS),
    help="Decide who gets the scarce stock, and say why.",
    no_args_is_help=True,
    context_settings=CONTEXT,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
add_placeholders(app, COMMANDS)


def _print_version(wanted: bool) -> None:
    if wanted:
        from .commands.version import version

        version()
        raise typer.Exit


@app.callback()
def _options(
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, no notices: the answer alone.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Plain text.")] = False,
    config: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            envvar="FAIRLEAD_CONFIG",
            help="Defaults of options, as TOML.  [default: fairlead.toml here, if there is one]",
        ),
    ] = "",
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Print versions."),
    ] = False,
) -> None:
    """`config` and `version` are read elsewhere: when the command is resolved, and at once."""
    use(Terminal(quiet=quiet, color=not no_color))


if __name__ == "__main__":
    app()
